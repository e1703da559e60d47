import { dirname, join } from 'node:path';

import { SyncError } from '../errors.js';
import { makeFolder } from '../files/directory.js';
import { atomicWrite, readPlain } from '../files/file.js';
import type { RegistryFile } from '../registry/file.js';
import { formatRegistryFile } from '../registry/format-file.js';
import { parseRegistryFile } from '../registry/parse-file.js';
import type { Sql } from '../store/sql.js';
import { readAnswers } from './answers.js';
import type { Said } from './answers.js';
import type { Known } from './choose-tables.js';
import { decide } from './decide.js';
import type { Findings } from './findings.js';
import { inspect } from './inspect.js';
import { openForeign } from './open-foreign.js';
import { findReferences } from './references.js';
import { report } from './report.js';
import { findUndeclared } from './undeclared.js';

/** The name of the registry in its folder. */
const REGISTRY_FILE = 'registry.json';

/** A registry for a database, and what there is to say of it. */
export interface Adopted extends Findings {
  /** Where it stands, or would. */
  readonly path: string;
  readonly file: RegistryFile;
  /** The registry that is there already. */
  readonly previous: RegistryFile | undefined;
}

/**
 * Looks at a database of any program, and makes a registry for it. What a registry in the folder says already stays. Changes nothing.
 *
 * @throws SyncError `database` for a file that is no database that can be read, `schema` for one without tables, `usage` for an answer
 * that names what is not there, `bad_input` for a registry in the folder that cannot be read
 */
export function planAdoption(database: string, dir: string, said: Said): Adopted {
  const path = join(dir, REGISTRY_FILE);
  const text = readPlain(path)?.toString();
  const previous = text === undefined ? undefined : parseRegistryFile(text, path);
  const { sql, close } = openForeign(database);
  try {
    return { path, previous, ...planFor(sql, database, said, previous) };
  } finally {
    close();
  }
}

function planFor(
  sql: Sql,
  name: string,
  said: Said,
  previous: RegistryFile | undefined,
): Findings & { readonly file: RegistryFile } {
  const db = inspect(sql);
  if (db.tables.length === 0)
    throw new SyncError('schema', `The database ${name} has no tables`, { hint: 'name another database with --db' });
  const answers = readAnswers(said, db);
  const known: Known = { db, answers, references: findReferences(db, answers, previous), previous };
  const decision = decide(known);
  return { file: decision.file, ...report(known, decision, findUndeclared(sql, db)) };
}

/** Writes a registry, where it says something that the one in the folder does not. Says what was done. */
export function writeAdoption({ path, file, previous }: Adopted): 'created' | 'changed' | 'unchanged' {
  const text = formatRegistryFile(file);
  // Whoever laid the file out in another way keeps that.
  if (previous !== undefined && formatRegistryFile(previous) === text) return 'unchanged';
  makeFolder(dirname(path));
  atomicWrite(path, text);
  return previous === undefined ? 'created' : 'changed';
}
