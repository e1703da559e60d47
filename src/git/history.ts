import { existsSync } from 'node:fs';

import type { History, HistoryLine } from '../jsonl/file-history.js';
import { git, tryGit } from './run.js';

/** How differences are read, whatever the user's settings: whole lines, no context, nothing made nicer. */
const PLAIN = [
  '-p',
  '-U0',
  '--no-color',
  '--no-ext-diff',
  '--no-textconv',
  '--no-renames',
  '--text',
  '--src-prefix=a/',
  '--dst-prefix=b/',
] as const;

/** The history of git that the files of an export directory come from. Asks git nothing until it is asked. */
export function gitHistory(dir: string): History {
  const cwd = dir;
  const head = (): string | undefined =>
    existsSync(dir) ? tryGit(['rev-parse', '--verify', '--quiet', 'HEAD^{commit}'], { cwd }) : undefined;
  return {
    point: head,
    *lines(since) {
      const now = head();
      if (now === undefined) return;
      // After a rebase, a reset or a change of branch: where both parted.
      const from = since === undefined ? undefined : tryGit(['merge-base', since, now], { cwd });
      const tree = from ?? git(['hash-object', '-t', 'tree', '--stdin'], { cwd, input: '' }).trim();
      for (const { file, line, sign } of changedLines(git(['diff', ...PLAIN, tree, now, '--', '.'], { cwd }))) {
        yield { file, line, isNow: sign === '+' };
      }
      const range = from === undefined ? now : `${from}..${now}`;
      const log = git(['log', '--format=', '-m', '--full-history', ...PLAIN, range, '--', '.'], { cwd });
      for (const { file, line, sign } of changedLines(log)) if (sign === '+') yield { file, line, isNow: false };
    },
  };
}

interface ChangedLine extends Pick<HistoryLine, 'file' | 'line'> {
  readonly sign: '+' | '-';
}

/** The lines that differences take away and add. */
function* changedLines(text: string): Generator<ChangedLine> {
  let file = '';
  let isHeader = true;
  for (const line of text.split('\n')) {
    if (line.startsWith('diff --git ')) isHeader = true;
    else if (line.startsWith('@@ ')) isHeader = false;
    else if (isHeader) {
      // A name with white space has a tab after it, one with odd characters stands in quotes.
      const path = /^(?:---|\+\+\+) "?[ab]\/(.*?)"?\t?$/.exec(line)?.[1];
      if (path !== undefined) file = path.slice(path.lastIndexOf('/') + 1);
    } else if (line.startsWith('+') || line.startsWith('-')) {
      const content = line.endsWith('\r') ? line.slice(1, -1) : line.slice(1);
      yield { file, line: content, sign: line.startsWith('+') ? '+' : '-' };
    }
  }
}
