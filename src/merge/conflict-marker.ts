/** A line that begins or ends a part of a conflict: one character, seven times at least, then a label or nothing. */
export interface Marker {
  readonly char: string;
  readonly length: number;
}

/** What git writes, then what jj has beside that. */
const MARKER = /^([<|=>%+\\-])\1{6,}(?=[ \t]|$)/;
const OF_GIT = '<|=>';

/** The marker that a line may be inside of a conflict; outside of one only those of git are. */
export function markerIn(line: string): Marker | undefined {
  const [run, char] = MARKER.exec(line) ?? [];
  return run === undefined || char === undefined ? undefined : { char, length: run.length };
}

/** True for a line that git or jj leaves where a merge of texts found a conflict, however long its marker is. */
export function isConflictMarker(line: string): boolean {
  return OF_GIT.includes(markerIn(line)?.char ?? ' ');
}
