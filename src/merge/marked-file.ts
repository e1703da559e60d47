import { isConflictMarker } from '../jsonl/parse.js';
import { linesOf } from './file-groups.js';
import type { FileSides } from './merged-file.js';

/** Says whether a text has lines that git leaves where a merge found a conflict. */
export function hasMarkers(text: string): boolean {
  return /^[<|=>]{7}(?: |\r?$)/m.test(text) && linesOf(text).some(isConflictMarker);
}

/**
 * The three versions that a text with conflict markers was made of, as far as it says. What stands outside of conflicts is in all of
 * them; a conflict without a part for the base has none.
 */
export function sidesOfMarked(text: string): FileSides {
  const sides = { base: [] as string[], ours: [] as string[], theirs: [] as string[] };
  let part: 'all' | keyof FileSides = 'all';
  for (const line of linesOf(text)) {
    if (isConflictMarker(line)) part = partAfter(line);
    else if (part === 'all') for (const side of Object.values(sides)) side.push(line);
    else sides[part].push(line);
  }
  return { base: sides.base.join('\n'), ours: sides.ours.join('\n'), theirs: sides.theirs.join('\n') };
}

function partAfter(marker: string): 'all' | keyof FileSides {
  if (marker.startsWith('<')) return 'ours';
  if (marker.startsWith('|')) return 'base';
  return marker.startsWith('=') ? 'theirs' : 'all';
}
