import { fileNames } from '../jsonl/line-key.js';
import type { Registry } from '../registry/entity.js';
import { streamGit } from './run.js';

/** Nothing of a user's settings may change the form of the patch. */
const PATCH = [
  ...['-p', '-U0', '--inter-hunk-context=0', '--text', '--no-color', '--no-ext-diff', '--no-textconv', '--no-renames'],
  ...['--output-indicator-new=+', '--output-indicator-old=-'],
];
/** Before the patch of each commit: its name, its parents, its time and its author, after a NUL each. */
const FORMAT = '--format=tformat:%x00%H%x00%P%x00%cI%x00%an';

/**
 * Hands on, line by line, the patches of data files that have a changed line with a pattern: of what is not committed, then of each commit of
 * HEAD, newest first; a merge is compared with each of its parents. The folder may have had any name. Throws `io`.
 *
 * @param pattern an extended regular expression of POSIX.
 */
export async function readPatches(
  registry: Registry,
  cwd: string,
  pattern: string,
  onLine: (line: string) => void,
): Promise<void> {
  const what = [...PATCH, `-G${pattern}`, 'HEAD', '--', ...fileNames(registry).map((file) => `:(top,glob)**/${file}`)];
  await streamGit(['diff', ...what], { cwd }, onLine);
  const walk = ['log', '--no-follow', '--no-show-signature', '--no-notes', '--full-history', '--diff-merges=separate'];
  await streamGit([...walk, FORMAT, ...what], { cwd }, onLine);
}

/** The pattern of a text. */
export function literally(text: string): string {
  return text.replace(/[.[\](){}*+?^$|\\]/g, '\\$&');
}
