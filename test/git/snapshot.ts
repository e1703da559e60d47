import { lstatSync, readFileSync, readdirSync } from 'node:fs';
import { join } from 'node:path';

/** Every file below a folder, `.git` too: bytes and permissions. */
export type Snapshot = Readonly<Record<string, string>>;

/** Looks at every file below a folder. */
export function snapshot(root: string): Snapshot {
  const files: Record<string, string> = {};
  for (const name of readdirSync(root, { recursive: true }).map(String).sort()) {
    const stats = lstatSync(join(root, name));
    const isFile = stats.isFile();
    files[name] = `${stats.mode.toString(8)} ${isFile ? readFileSync(join(root, name), 'latin1') : 'no file'}`;
  }
  return files;
}

/** The names of what is in one of two snapshots only, or not the same in both. */
export function changedBetween(before: Snapshot, after: Snapshot): string[] {
  const names = new Set([...Object.keys(before), ...Object.keys(after)]);
  return [...names].filter((name) => before[name] !== after[name]).sort();
}
