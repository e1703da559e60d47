import { isEmptyProject, listProjects } from '../sync/projects.js';
import type { ProjectCount } from '../sync/projects.js';
import { count } from './describe.js';
import { info, next } from './outcome.js';
import type { Block } from './outcome.js';
import type { Place } from './find-place.js';
import type { Session } from './session.js';

/** What is said of the other projects of a database, where this one is empty: somebody may have meant one of them. */
export interface OtherProjects {
  readonly json: { readonly projects?: readonly ProjectCount[]; readonly next?: string };
  readonly text: readonly Block[];
}

/** Lists the projects that have records, where this folder's has none, and says how to take one for this folder. */
export function otherProjects(session: Session, place: Place): OtherProjects {
  const store = session.store();
  if (!isEmptyProject(store, place)) return { json: {}, text: [] };
  const projects = listProjects(store).filter(({ path, records }) => records > 0 && path !== place.projectPath);
  const [only, ...others] = projects;
  if (only === undefined) return { json: {}, text: [] };
  const call = session.call('init', '--project', others.length === 0 ? only.path : 'PATH');
  return {
    json: { projects, next: call },
    text: [
      info(`the project ${place.projectPath} has no records; these projects have some`, 'warn'),
      ...projects.map(({ path, records }) => ({ ...info(`  ${path}  ${count(records, 'record')}`), keep: [path] })),
      next(call, `to sync ${others.length === 0 ? 'that project' : 'one of them'} in this folder`),
    ],
  };
}
