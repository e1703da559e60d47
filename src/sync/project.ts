import { basename, dirname, join } from 'node:path';

import { EXPORT_FOLDER, exportDirectory } from '../files/directory.js';
import { fileExists } from '../files/file.js';
import { fileNames, keyReader } from '../format/line-key.js';
import { readLines } from '../files/line-reader.js';
import { requireEntity } from '../registry/entity.js';
import { lastProject } from '../store/knowledge/changes.js';
import { Rows } from '../store/rows.js';
import type { SyncStore } from '../store/store.js';
import { findTarget } from '../store/knowledge/target.js';

/** How many lines of each file are asked for the project that their records have in the database. */
const SAMPLE = 200;

/** The project that an export directory belongs to in a database, and how that was found out. */
export interface FoundProject {
  readonly project: string;
  /** `bound`: used before; `records`: the ids in the files belong to one project here; `folder`: the folder that holds the directory. */
  readonly by: 'bound' | 'records' | 'folder';
}

/** Finds the project of an export directory whose path is not given. */
export function findProject(store: SyncStore, dir: string): FoundProject {
  const path = exportDirectory(dir);
  const bound = findTarget(store.sql, path);
  if (bound !== undefined) return { project: bound.project, by: 'bound' };
  const folder = basename(path) === EXPORT_FOLDER ? dirname(path) : path;
  const owners = projectsOfFiles(store, path);
  const [owner] = owners;
  if (owner !== undefined && owners.size === 1 && owner !== folder) return { project: owner, by: 'records' };
  return { project: folder, by: 'folder' };
}

function projectsOfFiles({ sql, registry }: SyncStore, dir: string): ReadonlySet<string> {
  const projects = new Set<string>();
  const rows = new Rows(sql, registry, '');
  for (const name of fileNames(registry)) {
    const path = join(dir, name);
    if (name === registry.deletionsFile || !fileExists(path)) continue;
    const keyOf = keyReader(registry, name);
    let count = 0;
    for (const { text } of readLines(path)) {
      const key = keyOf(text);
      if (key === undefined || ++count > SAMPLE) break;
      const owner = lastProject(sql, key) ?? rows.projectOf(requireEntity(registry, key.type), key.id);
      if (typeof owner === 'string') projects.add(owner);
    }
  }
  return projects;
}
