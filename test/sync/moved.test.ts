import { cpSync, mkdirSync, readdirSync, renameSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { expect, it } from 'vitest';

import { getSyncStatus } from '../../src/sync/status.js';
import { sync } from '../../src/sync/sync.js';
import { Replica, T0, named } from './helpers.js';

const issue = (id: string, title: string): string =>
  `INSERT INTO issues (id, project_path, title, created_at, updated_at) VALUES ('${id}', :project, '${title}', ${T0}, ${T0});`;
const memory = (id: string): string =>
  `INSERT INTO project_memory (id, project_path, key, value, created_at, updated_at) VALUES ('${id}', :project, '${id}', 'v', ${T0}, ${T0});`;

/** A database and its files, and the same in another folder. */
function agreed() {
  const replica = new Replica();
  replica.run(issue('i1', 'one') + issue('i2', 'two') + memory('m1'));
  replica.export();
  const dir = join(replica.folder, 'elsewhere');
  const options = { projectPath: replica.project, dir, actor: 'tester', now: () => (replica.clock += 1000) };
  const targets = (): unknown => replica.rows(`SELECT dir FROM scsync_targets`);
  return {
    replica,
    dir,
    targets,
    sync: () => sync(replica.store, options),
    status: () => getSyncStatus(replica.store, options),
  };
}

it('a folder that was moved is the one that it was: edits go on, and nothing is told of old versions', () => {
  const { replica, dir, targets, sync: syncMoved, status } = agreed();
  replica.run(`UPDATE issues SET title = 'mine', updated_at = ${T0 + 5} WHERE id = 'i1'`);
  renameSync(replica.dir, dir);
  expect(status().entities.issue).toMatchObject({ pendingExport: 1, pendingImport: 0 });
  const done = syncMoved();
  expect([named(done.import), done.export.total.written, done.inSync]).toEqual([[], 1, true]);
  expect(targets()).toEqual([[dir]]);
});

it('so is one that others changed meanwhile: fields of both sides merge', () => {
  const { replica, dir, sync: syncMoved } = agreed();
  const other = new Replica();
  other.pull(replica);
  other.import();
  other.run(`UPDATE issues SET description = 'theirs', updated_at = ${T0 + 9} WHERE id = 'i1'`);
  other.export();
  replica.pull(other);
  renameSync(replica.dir, dir);
  replica.run(`UPDATE issues SET title = 'mine', updated_at = ${T0 + 5} WHERE id = 'i1'`);
  const done = syncMoved();
  expect([named(done.import), done.inSync]).toEqual([[], true]);
  expect(replica.rows(`SELECT title, description FROM issues WHERE id = 'i1'`)).toEqual([['mine', 'theirs']]);
});

it('a copy beside it, and a new folder after it is gone, are folders of their own', () => {
  const { replica, dir, targets, sync: syncCopy } = agreed();
  cpSync(replica.dir, dir, { recursive: true });
  syncCopy();
  expect(targets()).toEqual([[replica.dir], [dir]]);
  const empty = agreed();
  renameSync(empty.replica.dir, join(empty.replica.folder, 'gone'));
  mkdirSync(empty.dir);
  const done = empty.sync();
  expect([named(done.import), done.export.total.written, done.inSync]).toEqual([[], 3, true]);
  expect(empty.targets()).toEqual([[empty.replica.dir], [empty.dir]]);
});

it('an older copy beside it is not told of as rolled back: nothing in that folder ever went back', () => {
  const { replica, dir, sync: syncCopy } = agreed();
  cpSync(replica.dir, dir, { recursive: true });
  replica.run(`UPDATE issues SET title = 'mine', updated_at = ${T0 + 5} WHERE id = 'i1'`);
  replica.export();
  const done = syncCopy();
  expect([named(done.import), done.export.total.written, done.inSync]).toEqual([[], 1, true]);
  // From then on it is a folder like others.
  cpSync(replica.dir, join(replica.folder, 'kept'), { recursive: true });
  replica.run(`UPDATE issues SET title = 'again', updated_at = ${T0 + 6} WHERE id = 'i1'`);
  expect(syncCopy().inSync).toBe(true);
  cpSync(join(replica.folder, 'kept'), dir, { recursive: true });
  expect(named(syncCopy().import)).toEqual(['rolledBack issue/i1']);
});

it('a folder of which git left ignored files behind was moved too', () => {
  const { replica, dir, targets, sync: syncMoved } = agreed();
  cpSync(replica.dir, dir, { recursive: true });
  for (const name of readdirSync(replica.dir)) if (name.endsWith('.jsonl')) rmSync(join(replica.dir, name));
  expect(readdirSync(replica.dir)).not.toEqual([]);
  syncMoved();
  expect(targets()).toEqual([[dir]]);
});
