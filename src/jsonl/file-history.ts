/** A line that a data file has or had in some history. */
export interface HistoryLine {
  /** The name of the file, without a folder. */
  readonly file: string;
  /** The line without its end. */
  readonly line: string;
  /** True for a line that stands there at the present point. */
  readonly isNow: boolean;
}

/**
 * The history that the files of a directory come from, git's for example. An import asks it where a version that it has not seen came
 * from: whether what the database last agreed on is in that history, or was thrown away before it was part of it.
 */
export interface History {
  /** An opaque name of the present point; undefined where there is no history yet, or the files are not those of it. */
  readonly point: () => string | undefined;
  /**
   * The lines that changed since a point: those that stood there in their places, and each that came since. Without a point, or
   * where it is gone, all lines of the history.
   */
  readonly lines: (since: string | undefined) => Iterable<HistoryLine>;
}
