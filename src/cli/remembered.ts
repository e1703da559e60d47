import { rmSync } from 'node:fs';
import { basename, dirname, join, relative, resolve } from 'node:path';

import { EXPORT_FOLDER, workTreeOf } from '../files/directory.js';
import { SyncError } from '../errors.js';
import { atomicWrite, readPlain } from '../files/file.js';
import { withIoErrors } from '../files/io-error.js';
import { commonGitFolder } from '../files/git-folder.js';

/**
 * Where the databases of a folder's projects are remembered: in git's own folder, into which no commit brings anything, and which all work
 * trees of a clone share; without git in the export directory.
 */
interface Memory {
  readonly file: string;
  /** What a project of the file is called: its folder in the work tree, or that of its files where they have another name than usual. */
  readonly name: string;
  /** The folder that relative paths of databases begin at. */
  readonly folder: string;
}

function memoryOf(dir: string): Memory {
  const folder = dirname(dir);
  const workTree = workTreeOf(folder);
  if (workTree === undefined) return { file: join(dir, 'sc-sync-databases.json'), name: '.', folder };
  const own = basename(dir) === EXPORT_FOLDER ? folder : dir;
  const name = relative(workTree, own).replaceAll('\\', '/') || '.';
  return { file: join(commonGitFolder(workTree), 'sc-sync-databases.json'), name, folder };
}

/** The database that `init` was told of for a project's folder; undefined where it was told of none. */
export function rememberedDatabase(dir: string): string | undefined {
  const memory = memoryOf(dir);
  const databases = readDatabases(memory.file);
  const path = Object.hasOwn(databases, memory.name) ? databases[memory.name] : undefined;
  return path === undefined ? undefined : resolve(memory.folder, path);
}

/** Remembers the database of a project's folder; says whether that is news. */
export function rememberDatabase(dir: string, path: string): boolean {
  if (rememberedDatabase(dir) === path) return false;
  const { file, name } = memoryOf(dir);
  write(file, { ...readDatabases(file), [name]: path });
  return true;
}

/** Forgets the database of a project's folder, and gives what it was. */
export function forgetDatabase(dir: string): string | undefined {
  const path = rememberedDatabase(dir);
  if (path === undefined) return undefined;
  const { file, name } = memoryOf(dir);
  const others = Object.entries(readDatabases(file)).filter(([other]) => other !== name);
  if (others.length > 0) write(file, Object.fromEntries(others));
  else withIoErrors(file, 'remove', () => rmSync(file, { force: true }));
  return path;
}

function write(file: string, databases: Readonly<Record<string, string>>): void {
  atomicWrite(file, `${JSON.stringify(databases, undefined, 2)}\n`);
}

function readDatabases(file: string): Readonly<Record<string, string>> {
  const bytes = readPlain(file);
  if (bytes === undefined) return {};
  const databases = parsed(bytes.toString());
  if (databases !== undefined) return databases;
  throw new SyncError('bad_input', `Cannot read ${file}: it must hold the paths of databases as JSON`, {
    hint: 'remove that file, and name the database again: sc-sync init --db PATH',
  });
}

function parsed(text: string): Readonly<Record<string, string>> | undefined {
  try {
    const value: unknown = JSON.parse(text);
    const isRight = typeof value === 'object' && value !== null && !Array.isArray(value);
    if (!isRight || Object.values(value).some((path) => typeof path !== 'string')) return undefined;
    return value as Readonly<Record<string, string>>;
  } catch {
    return undefined;
  }
}
