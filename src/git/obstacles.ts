import { readAttributeFiles } from './attribute-files.js';
import type { AttributeFile } from './attribute-files.js';
import { attributesOf } from './attributes.js';
import type { FileAttribute } from './attributes.js';
import type { Repository } from './repository.js';
import { git } from './run.js';

/** An attribute by which files do not merge as they should, with all the files that have it. */
export interface Obstacle extends Omit<FileAttribute, 'path'> {
  readonly paths: readonly string[];
  /** The file of attributes that says so, where one can be found. */
  readonly from: string | undefined;
}

/** What is said of an attribute: of which files, as it is written, and where. */
type Says = (files: string, written: string, from: string) => string;

/** The attributes that matter, when they are in the way, and what then helps. */
const ATTRIBUTES: Readonly<Record<string, { readonly isFine: RegExp; readonly says: Says }>> = {
  merge: {
    isFine: /^(?:jsonl-[\w.-]+|savecontext|sc-sync)$/,
    says: (files, written, from) => `${files}: ${written} counts more than the merge driver; take it out of ${from}`,
  },
  filter: {
    isFine: /^(?:unspecified|unset)$/,
    says: (files, written, from) =>
      written === 'filter=lfs'
        ? `Git LFS keeps ${files}, so the merge driver sees pointers and no lines; take ${written} out of ${from}`
        : `${files}: the merge driver sees what ${written} puts into git; take it out of ${from} where that is no JSON`,
  },
  ident: {
    isFine: /^(?:unspecified|unset)$/,
    says: (files, written, from) => `${files}: ${written} changes text with $Id$ in it; take it out of ${from}`,
  },
  'working-tree-encoding': {
    isFine: /^(?:unspecified|unset|utf-?8)$/i,
    says: (files, written, from) => `${files}: ${written} makes files that are no UTF-8; take it out of ${from}`,
  },
};

/** The attributes that are in the way of files, by one run of git. Paths are as git names them, and need not be there. */
export function obstaclesOf({ root }: Pick<Repository, 'root'>, paths: readonly string[]): Obstacle[] {
  const found = attributesOf(root, Object.keys(ATTRIBUTES), paths).filter(
    ({ name, value }) => ATTRIBUTES[name]?.isFine.test(value) === false,
  );
  if (found.length === 0) return [];
  const files = readAttributeFiles(
    root,
    found.map(({ path }) => path),
  );
  const grouped = new Map<string, Obstacle & { paths: string[] }>();
  for (const { path, name, value } of found) {
    const from = sourceOf(files, path, writtenAs(name, value));
    const key = JSON.stringify([name, value, from]);
    const group = grouped.get(key) ?? { name, value, from, paths: [] };
    group.paths.push(path);
    grouped.set(key, group);
  }
  return [...grouped.values()];
}

/** The files that git has, or could add, which match pathspecs. */
export function filesOf({ root }: Pick<Repository, 'root'>, pathspecs: readonly string[]): string[] {
  if (pathspecs.length === 0) return [];
  const flags = ['-z', '--cached', '--others', '--exclude-standard'];
  const listed = git(['ls-files', ...flags, '--', ...pathspecs], { cwd: root }).split('\0');
  return [...new Set(listed)].filter((path) => path !== '');
}

/** What somebody should know of an attribute that is in the way, and how to mend it. */
export function describeObstacle({ name, value, paths, from }: Obstacle): string {
  const [first = '', ...others] = paths;
  const files = others.length === 0 ? first : `${first} and ${others.length} more`;
  const says = ATTRIBUTES[name]?.says ?? ((): string => '');
  return says(files, writtenAs(name, value), from ?? "git's attributes");
}

/** An attribute as its file has it. */
function writtenAs(name: string, value: string): string {
  switch (value) {
    case 'set':
      return name;
    case 'unset':
      return `-${name}`;
    case 'unspecified':
      return `!${name}`;
    default:
      return `${name}=${value}`;
  }
}

/** The macro of git that stands for some attributes. */
const BINARY = ['-merge', '-text', '-diff'];

/** The file that has an attribute as it is written, of those that count for a path. */
function sourceOf(files: readonly AttributeFile[], path: string, written: string): string | undefined {
  const words = BINARY.includes(written) ? [written, 'binary'] : [written];
  const hasIt = (line: string): boolean => {
    const [pattern = '', ...attributes] = line.trimStart().split(/\s+/);
    return !pattern.startsWith('#') && attributes.some((each) => words.includes(each));
  };
  return files.find(({ folder, lines }) => path.startsWith(folder) && lines.some(hasIt))?.name;
}
