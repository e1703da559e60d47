/** All names of two lists in one order: that of the first; what only the second has stands after what precedes it there. */
export function inOneOrder([first, second]: readonly [readonly string[], readonly string[]]): string[] {
  const known = new Set(first);
  const after = new Map<string | undefined, string[]>();
  let last: string | undefined;
  for (const name of second) {
    if (known.has(name)) last = name;
    else after.set(last, [...(after.get(last) ?? []), name]);
  }
  return [...(after.get(undefined) ?? []), ...first.flatMap((name) => [name, ...(after.get(name) ?? [])])];
}
