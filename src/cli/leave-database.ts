import { existsSync } from 'node:fs';
import { join } from 'node:path';

import { SyncError } from '../errors.js';
import { REGISTRY_FILE } from '../files/registry-file.js';
import type { Undone } from '../git/undo.js';
import { openFile } from '../store/connection.js';
import { findTraces, removeTraces } from '../store/knowledge/remove.js';
import type { Traces } from '../store/knowledge/remove.js';
import { count } from './describe.js';
import { data } from './outcome.js';
import type { Session } from './session.js';

/**
 * Takes what sync has in the database of another program out of it again, after saying so at a terminal. A database of SaveContext keeps it, since
 * it has other projects.
 *
 * @returns what became of it; nothing where there is no such database, or none of it; undefined where somebody said no
 * @throws SyncError `refused` where values that lost would be gone
 */
export async function leaveDatabase(session: Session): Promise<Undone[] | undefined> {
  const dir = session.folder();
  if (!existsSync(join(dir, REGISTRY_FILE)) || !session.database.isNamed) return [];
  const { path } = session.database;
  if (!existsSync(path)) return [];
  const { sql, close } = openFile(path, { create: false });
  try {
    const traces = findTraces(sql);
    if (traces === undefined) return [];
    const [other] = traces.dirs.filter((each) => each !== dir);
    if (other !== undefined)
      return [{ says: `left the tracking in ${path}: ${other} is synced with it too`, came: 'left' }];
    requireEmptyJournal(session, path, traces);
    const what = `${count(traces.tables, 'table')} and ${count(traces.triggers, 'trigger')}`;
    if (session.confirm !== undefined) {
      const goes = [`remove ${what} of sc-sync; the rows of the program stay`, ...forgets(traces)];
      if (
        !(await session.confirm(
          goes.map((line) => data(line)),
          `Take sc-sync out of ${path}?`,
        ))
      )
        return undefined;
    }
    removeTraces(sql);
    return [
      { says: `removed ${what} of sc-sync from ${path}`, came: 'done' },
      ...forgets(traces).map((says) => ({ says, came: 'left' as const })),
    ];
  } finally {
    close();
  }
}

/** What nothing but the database knows, and what does no harm before somebody sets sync up again. */
function forgets({ marked }: Traces): string[] {
  const records = count(marked, 'record');
  return marked === 0 ? [] : [`nothing knows any more that ${records} must not leave: mark them again after an init`];
}

function requireEmptyJournal(session: Session, path: string, { lost }: Traces): void {
  if (lost === 0) return;
  throw new SyncError(
    'refused',
    `Nothing was taken back: the journal in ${path} has ${count(lost, 'value')} that lost`,
    {
      hint: `take or drop each of them first: ${session.call('conflicts')}`,
    },
  );
}
