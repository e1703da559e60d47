/** A line that begins or ends a part of a conflict: one character, seven times at least, then a label or nothing. */
export interface Marker {
  readonly char: string;
  readonly length: number;
}

const LEAST = 7;
/** What git writes, and what jj has beside that. */
const OF_GIT = ['<', '|', '=', '>'];
const OF_JJ = ['%', '+', '-', '\\'];

/** The marker that a line may be inside of a conflict; outside of one only those of git are. */
export function markerIn(line: string): Marker | undefined {
  const char = line.charAt(0);
  if (!OF_GIT.includes(char) && !OF_JJ.includes(char)) return undefined;
  let length = 1;
  while (line[length] === char) length++;
  return length >= LEAST && ['', ' ', '\t'].includes(line.charAt(length)) ? { char, length } : undefined;
}

/** True for a line that git or jj leaves where a merge of texts found a conflict, however long its marker is. */
export function isConflictMarker(line: string): boolean {
  return OF_GIT.includes(markerIn(line)?.char ?? '');
}
