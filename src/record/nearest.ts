/** The candidates that look most like a text, the nearest first: none where nothing comes close. */
export function nearest(text: string, candidates: Iterable<string>, most = 1): string[] {
  const wanted = text.toLowerCase();
  const found: { readonly candidate: string; readonly distance: number }[] = [];
  for (const candidate of new Set(candidates)) {
    const distance = distanceOf(wanted, candidate.toLowerCase(), farthest(wanted));
    if (distance !== undefined) found.push({ candidate, distance });
  }
  return found
    .sort((a, b) => a.distance - b.distance)
    .slice(0, most)
    .map(({ candidate }) => candidate);
}

/** How many slips of the keyboard a text of that length may have. */
function farthest(text: string): number {
  return Math.min(3, Math.floor(text.length / 3));
}

/**
 * How many characters must be put in, left out, replaced or swapped with their neighbour to make one text of another; undefined where it
 * is more than `most`.
 */
function distanceOf(a: string, b: string, most: number): number | undefined {
  if (Math.abs(a.length - b.length) > most) return undefined;
  let [before, last] = [[] as number[], Array.from({ length: b.length + 1 }, (_, j) => j)];
  for (let i = 1; i <= a.length; i++) {
    const row = [i];
    for (let j = 1; j <= b.length; j++) {
      const isSame = a[i - 1] === b[j - 1];
      const isSwapped = a[i - 1] === b[j - 2] && a[i - 2] === b[j - 1];
      row.push(
        Math.min(
          (last[j] ?? 0) + 1,
          (row[j - 1] ?? 0) + 1,
          (last[j - 1] ?? 0) + (isSame ? 0 : 1),
          isSwapped ? (before[j - 2] ?? 0) + 1 : Infinity,
        ),
      );
    }
    if (Math.min(...row) > most) return undefined;
    [before, last] = [last, row];
  }
  const distance = last[b.length] ?? 0;
  return distance <= most ? distance : undefined;
}
