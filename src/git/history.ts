import { workTreeOf } from '../directory.js';
import type { History } from '../jsonl/file-history.js';
import { LOG, readPatches } from './patch.js';
import { pathInRepository } from './repository.js';
import { git, runGit, tryGit } from './run.js';

/** The history of git that the files of an export directory come from. Asks git nothing until it is asked. */
export function gitHistory(dir: string): History {
  // Outside of a work tree there is no head, and nothing else is asked.
  const root = workTreeOf(dir);
  const cwd = root ?? dir;
  const files = ['--', `:(top,literal)${pathInRepository({ root: cwd }, dir)}`];
  const head = (): string | undefined =>
    root === undefined ? undefined : tryGit(['rev-parse', '--verify', '--quiet', 'HEAD^{commit}'], { cwd });
  // After a rebase, a reset or a change of branch: where both parted.
  const parting = (since: string | undefined, now: string): string | undefined =>
    since === undefined ? undefined : tryGit(['merge-base', since, now], { cwd });
  return {
    point() {
      const now = head();
      // What is not committed must not count as a part of the history.
      return now !== undefined && runGit(['diff', '--quiet', '--no-ext-diff', now, ...files], { cwd }).status === 0
        ? now
        : undefined;
    },
    *changes(since) {
      const now = head();
      if (now === undefined) return;
      const from = parting(since, now) ?? git(['hash-object', '-t', 'tree', '--stdin'], { cwd, input: '' }).trim();
      for (const change of readPatches(['diff', from, now, ...files], cwd)) {
        if (change.sign !== 'commit') yield { file: change.file, line: change.line, isNow: change.sign === '+' };
      }
    },
    *arrivals(since) {
      const now = head();
      if (now === undefined) return;
      const from = parting(since, now);
      const range = from === undefined ? now : `${from}..${now}`;
      for (const change of readPatches([...LOG, '--format=', range, ...files], cwd)) {
        if (change.sign === '+') yield { file: change.file, line: change.line, isNow: false };
      }
    },
  };
}
