import { tryGit } from './run.js';

/** What git's attributes say of one file. */
export interface FileAttribute {
  readonly path: string;
  readonly name: string;
  /** `unspecified`, `set`, `unset`, or its text. */
  readonly value: string;
}

/**
 * Asks git which attributes are in force for files, wherever they are set. Paths are relative to the root of the work tree. Where git cannot
 * be used there are none.
 */
export function attributesOf(root: string, names: readonly string[], paths: readonly string[]): FileAttribute[] {
  if (paths.length === 0) return [];
  const input = paths.map((path) => `${path}\0`).join('');
  const parts = (tryGit(['check-attr', '-z', '--stdin', ...names], { cwd: root, input }) ?? '').split('\0');
  const found: FileAttribute[] = [];
  for (let at = 0; at + 3 < parts.length; at += 3) {
    const [path = '', name = '', value = ''] = parts.slice(at, at + 3);
    found.push({ path, name, value });
  }
  return found;
}
