import { fileNames } from '../format/line-key.js';
import type { Registry } from '../registry/entity.js';
import { gitLines } from './run.js';

/** Whole lines, no context, nothing made nicer: no setting of a user may change the form of a patch. */
const FORM = [
  ...['-p', '-U0', '--inter-hunk-context=0', '--text', '--no-color', '--no-ext-diff', '--no-textconv', '--no-renames'],
  ...['--output-indicator-new=+', '--output-indicator-old=-', '--src-prefix=a/', '--dst-prefix=b/'],
];

/** A line that a patch takes away or adds. */
export interface ChangedLine {
  readonly sign: '+' | '-';
  /** The name of the file, without its folder. */
  readonly file: string;
  /** The line without its end. */
  readonly line: string;
}

/** The commit that the lines after it are of. */
export interface PatchedCommit {
  readonly sign: 'commit';
  /** What its format asked for. */
  readonly head: readonly string[];
}

/** How many lines came and went in a file. */
export interface ChangedFile {
  /** The name of the file, without its folder. */
  readonly file: string;
  readonly added: number;
  readonly removed: number;
}

/**
 * Runs `git diff`, or `git log` with a format that begins with a NUL and has one between any two parts, and gives what the patches say line by
 * line, in constant memory. Throws `io`.
 *
 * @param onFile takes what `--numstat` says, before the first line of all
 */
export function* readPatches(
  [verb = '', ...args]: readonly string[],
  cwd: string,
  onFile?: (file: ChangedFile) => void,
): Generator<ChangedLine | PatchedCommit> {
  let file = '';
  let isHeader = true;
  for (const line of gitLines([verb, ...FORM, ...args], cwd)) {
    if (line.startsWith('\0')) yield { sign: 'commit', head: line.slice(1).split('\0') };
    else if (line.startsWith('diff --git ')) isHeader = true;
    else if (line.startsWith('@@ ')) isHeader = false;
    else if (isHeader) {
      // A name with white space has a tab after it, one with odd characters stands in quotes.
      const path = /^(?:---|\+\+\+) "?[ab]\/(.*?)"?\t?$/.exec(line)?.[1];
      if (path !== undefined) file = nameIn(path);
      // Git counts no lines where an attribute calls the file binary.
      const [, added, removed, counted] = /^(?:(\d+)|-)\t(?:(\d+)|-)\t"?(.*?)"?$/.exec(line) ?? [];
      if (counted !== undefined)
        onFile?.({ file: nameIn(counted), added: Number(added ?? 0), removed: Number(removed ?? 0) });
    } else if (line.startsWith('+') || line.startsWith('-')) {
      yield { sign: line.startsWith('+') ? '+' : '-', file, line: line.slice(1) };
    }
  }
}

function nameIn(path: string): string {
  return path.slice(path.lastIndexOf('/') + 1);
}

/** Reads commits as a log does, whatever is set for logs; a merge is compared with each of its parents. */
export const LOG = [
  ...['log', '--root', '--no-follow', '--no-show-signature', '--no-notes', '--full-history', '--diff-merges=separate'],
] as const;

/** A commit as {@link readRecordPatches} tells of it: its name, its parents, its time and its author. */
const FORMAT = '--format=tformat:%x00%H%x00%P%x00%cI%x00%an';

/**
 * Gives the patches of data files that have a changed line with a text: of what is not committed, then of each commit of HEAD, newest first; a
 * merge is compared with each of its parents. The folder may have had any name. Throws `io`.
 *
 * @param pattern an extended regular expression of POSIX.
 */
export function* readRecordPatches(
  registry: Registry,
  cwd: string,
  pattern: string,
): Generator<ChangedLine | PatchedCommit> {
  const files = fileNames(registry).map((file) => `:(top,glob)**/${file}`);
  yield* readFilePatches(cwd, files, pattern);
}

/** The same for files that pathspecs name; without a pattern all of their patches. */
export function* readFilePatches(
  cwd: string,
  pathspecs: readonly string[],
  pattern: string | undefined,
): Generator<ChangedLine | PatchedCommit> {
  const what = [...(pattern === undefined ? [] : [`-G${pattern}`]), 'HEAD', '--', ...pathspecs];
  yield* readPatches(['diff', ...what], cwd);
  yield* readPatches([...LOG, FORMAT, ...what], cwd);
}

/** The pattern of a text. */
export function literally(text: string): string {
  return text.replace(/[.[\](){}*+?^$|\\]/g, '\\$&');
}
