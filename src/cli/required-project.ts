import { SyncError } from '../errors.js';
import { nearest } from '../record/nearest.js';
import type { SyncStore } from '../store/store.js';
import { listProjects } from '../sync/projects.js';
import { count } from './describe.js';

/**
 * Throws `not_found` for a project that a database does not have, with those that it has.
 *
 * @param create the call that makes it
 */
export function requireProject(store: SyncStore, path: string, create: string): void {
  const projects = listProjects(store);
  const paths = projects.map((known) => known.path);
  if (paths.includes(path)) return;
  const [guess] = nearest(path, paths);
  throw new SyncError('not_found', `The database has no project ${path}`, {
    details: projects.map((known) => `${known.path}: ${count(known.records, 'record')}`),
    hint: `${guess === undefined ? '' : `did you mean ${guess}? `}${create} makes it`,
  });
}
