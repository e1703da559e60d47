import { existsSync } from 'node:fs';

import type { History } from '../jsonl/file-history.js';
import { PLAIN, patchReader } from './patch.js';
import type { ChangedLine } from './patch.js';
import { git, gitLines, runGit, tryGit } from './run.js';

/** The history of git that the files of an export directory come from. Asks git nothing until it is asked. */
export function gitHistory(dir: string): History {
  const cwd = dir;
  const head = (): string | undefined =>
    existsSync(dir) ? tryGit(['rev-parse', '--verify', '--quiet', 'HEAD^{commit}'], { cwd }) : undefined;
  // After a rebase, a reset or a change of branch: where both parted.
  const parting = (since: string | undefined, now: string): string | undefined =>
    since === undefined ? undefined : tryGit(['merge-base', since, now], { cwd });
  return {
    point() {
      const now = head();
      // What is not committed must not count as a part of the history.
      return now !== undefined && runGit(['diff', '--quiet', now, '--', '.'], { cwd }).status === 0 ? now : undefined;
    },
    *changes(since) {
      const now = head();
      if (now === undefined) return;
      const from = parting(since, now) ?? git(['hash-object', '-t', 'tree', '--stdin'], { cwd, input: '' }).trim();
      for (const { file, line, sign } of changedLines(gitLines(['diff', ...PLAIN, from, now, '--', '.'], cwd))) {
        yield { file, line, isNow: sign === '+' };
      }
    },
    *arrivals(since) {
      const now = head();
      if (now === undefined) return;
      const from = parting(since, now);
      const range = from === undefined ? now : `${from}..${now}`;
      const log = gitLines(['log', '--format=', '-m', '--full-history', ...PLAIN, range, '--', '.'], cwd);
      for (const { file, line, sign } of changedLines(log)) if (sign === '+') yield { file, line, isNow: false };
    },
  };
}

/** The lines that differences take away and add. */
function* changedLines(lines: Iterable<string>): Generator<ChangedLine> {
  const read = patchReader();
  for (const line of lines) {
    const changed = read(line);
    if (changed !== undefined) yield changed;
  }
}
