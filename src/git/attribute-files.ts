import { lstatSync } from 'node:fs';
import { join, posix } from 'node:path';

import { readPlain } from '../files/file.js';
import { commonGitFolder } from '../files/git-folder.js';
import { git } from './run.js';

/** A file of attributes of a work tree. */
export interface AttributeFile {
  /** As git names it. */
  readonly name: string;
  /** The folder that it is for: empty for all, else with a slash at its end. */
  readonly folder: string;
  readonly lines: readonly string[];
}

/**
 * The files of attributes that git has in a work tree, those on the way to some paths, and that of the clone: which counts most comes first.
 */
export function readAttributeFiles(root: string, paths: readonly string[] = []): AttributeFile[] {
  const listed = git(['ls-files', '-z', '--', ':(top,glob)**/.gitattributes'], { cwd: root }).split('\0');
  const above = paths.flatMap((path) => foldersOf(path).map((folder) => `${folder}.gitattributes`));
  const names = [...new Set(['.gitattributes', ...above, ...listed])].filter((name) => name !== '');
  const deepest = names.sort((a, b) => b.split('/').length - a.split('/').length);
  const own = read('.git/info/attributes', join(commonGitFolder(root), 'info/attributes'), '');
  return [
    ...own,
    ...deepest.flatMap((name) => read(name, join(root, name), name.slice(0, -posix.basename(name).length))),
  ];
}

/** The folders that a path leads through, each with a slash at its end. */
function foldersOf(path: string): string[] {
  return [...path.matchAll(/\//g)].map(({ index }) => path.slice(0, index + 1));
}

/** Git follows no link to such a file either. */
function read(name: string, path: string, folder: string): AttributeFile[] {
  if (lstatSync(path, { throwIfNoEntry: false })?.isFile() !== true) return [];
  return [{ name, folder, lines: readPlain(path)?.toString().split(/\r?\n/) ?? [] }];
}
