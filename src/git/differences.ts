import type { ChangedLine, PatchedCommit } from './patch.js';

/** The lines of one record that a comparison of a commit with one parent took out and put in. */
export interface Difference {
  /** Undefined for files that are not committed yet. */
  readonly commit: string | undefined;
  readonly parents: number;
  /** The time of the commit, RFC 3339; empty when there is none. */
  readonly time: string;
  readonly author: string;
  readonly removed: string[];
  readonly added: string[];
}

/** The comparisons of commits with their parents, in the order of the patches: those of one commit together. A merge has several. */
export function readDifferences(
  patches: Iterable<ChangedLine | PatchedCommit>,
  isAbout: (line: string) => boolean,
): Difference[][] {
  let present: Difference = { commit: undefined, parents: 1, time: '', author: '', removed: [], added: [] };
  const groups = new Map<string | undefined, Difference[]>([[undefined, [present]]]);
  for (const change of patches) {
    if (change.sign === 'commit') {
      const [commit = '', parents = '', time = '', author = ''] = change.head;
      present = { commit, parents: parents.split(' ').length, time, author, removed: [], added: [] };
      const group = groups.get(commit);
      if (group === undefined) groups.set(commit, [present]);
      else group.push(present);
    } else if (isAbout(change.line)) present[change.sign === '+' ? 'added' : 'removed'].push(change.line);
  }
  return [...groups.values()];
}
