/** A commit of a history, or whatever else brings versions of files there. */
export interface HistoryCommit {
  /** Those that it was made upon, as far as the same part of the history has them. */
  readonly parents: readonly HistoryCommit[];
}

/** A line that a data file has or had in some history. */
export interface HistoryLine {
  /** The name of the file, without a folder. */
  readonly file: string;
  /** The line without its end. */
  readonly line: string;
  /** True for a line that stands there at the present point and did not at the former one. */
  readonly isNow: boolean;
  /** What brought the line, where single commits were asked: in all parts but the changes. */
  readonly commit?: HistoryCommit;
}

/**
 * The history that the files of a directory come from, git's for example. An import asks it where a version that it has not seen came
 * from: whether what the database last agreed on is in that history, or was thrown away before it was part of it.
 */
export interface History {
  /**
   * An opaque name of the present point; undefined where there is no history yet, or the files are not those of it. Where the point that is
   * given is still the present one, the files need no look.
   */
  readonly point: (noted?: string) => string | undefined;
  /**
   * The lines in which a point and the present one differ: those that stood there, and those that stand in their places now. Without
   * a point, or where it is gone, all that stand there now.
   */
  readonly changes: (since: string | undefined) => Iterable<HistoryLine>;
  /**
   * Each line that came since a point, also those that went again: without a point, or where it is gone, all there ever was. It takes
   * much longer than the changes, so it is asked only about what they leave open.
   */
  readonly arrivals: (since: string | undefined) => Iterable<HistoryLine>;
  /** Each line that files of the same names ever had, wherever their directory was. It is asked where nothing was agreed on yet. */
  readonly anywhere: () => Iterable<HistoryLine>;
  /** Each line that came outside of this history, and that others can have too: on a remote branch, or under a tag. */
  readonly published: () => Iterable<HistoryLine>;
  /**
   * Each line that came outside of this history, and that only this clone has: on another branch, or in a commit that no branch has
   * any more. What was set aside without being committed, as a stash is, does not count.
   */
  readonly unpublished: () => Iterable<HistoryLine>;
}
