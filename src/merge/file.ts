import type { Sides } from './field.js';
import type { ReasonedLoss } from './loss.js';

/** Three versions of one file, each as its text; the base is empty where both sides added the file. */
export type FileSides = Sides<string>;

/** A value that lost in a merge of files, with the record that it is of. */
export interface FileLoss extends ReasonedLoss {
  /** The type tag of the record; empty where a file has none. */
  readonly type: string;
  readonly id: string;
}

/** What became of three versions of one file. */
export interface MergedFile {
  readonly text: string;
  readonly losses: readonly FileLoss[];
  /** What could not be read, as `ours:12: what`. Where there is any, the text holds conflict markers. */
  readonly problems: readonly string[];
}

/** How long conflict markers are where nobody says otherwise. */
const USUAL_MARKER = 7;

/** The lines of a conflict that git's tools understand, with the base between. */
export function conflictLines(
  { base, ours, theirs }: Sides<readonly string[]>,
  markerSize: number = USUAL_MARKER,
): string[] {
  const [begin, middle, other, end] = ['<', '|', '=', '>'].map((char) => char.repeat(markerSize));
  return [`${begin} ours`, ...ours, `${middle} base`, ...base, `${other}`, ...theirs, `${end} theirs`];
}
