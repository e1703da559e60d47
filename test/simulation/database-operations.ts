import { MergeStrategy } from '../../src/sync/import/plan.js';
import { forgetTarget } from '../../src/store/knowledge/bind-target.js';
import { findTarget } from '../../src/store/knowledge/target.js';
import type { Clone } from './clone.js';
import { importFiles, syncFiles } from './engine-operations.js';
import { commit } from './git-operations.js';
import type { World } from './world.js';

export function backup(world: World, clone: Clone): void {
  syncFiles(world, clone);
  clone.backup = world.newDatabase(clone.database);
  world.say(clone, 'copy the database');
}

export function restore(world: World, clone: Clone): void {
  if (clone.backup === undefined || isShared(world, clone) || clone.detachedFrom !== undefined) return;
  syncFiles(world, clone);
  commit(world, clone);
  clone.database = world.newDatabase(clone.backup);
  world.say(clone, 'RESTORE the old copy of the database');
}

export function dropDatabase(world: World, clone: Clone): void {
  if (isShared(world, clone) || clone.detachedFrom !== undefined) return;
  syncFiles(world, clone);
  commit(world, clone);
  clone.database = world.newDatabase();
  world.say(clone, 'DELETE the database');
  importFiles(world, clone, MergeStrategy.ThreeWay);
}

/** Another clone's database, used from now on with this clone's files as if they were that clone's. */
export function copyDatabase(world: World, clone: Clone, pick: number): void {
  const other = world.clones[pick % world.clones.length]!;
  if (other.database === clone.database || isShared(world, clone) || clone.detachedFrom !== undefined) return;
  for (const each of [clone, other]) {
    syncFiles(world, each);
    commit(world, each);
  }
  clone.database = world.newDatabase(other.database);
  const { sql } = clone.database.store;
  const own = findTarget(sql, clone.dir);
  if (own !== undefined) forgetTarget(sql, own);
  clone.database.run(`UPDATE scsync_targets SET dir = ? WHERE dir = ?`, clone.dir, other.dir);
  world.say(clone, `use a COPY of ${other.name}'s database`);
}

function isShared(world: World, clone: Clone): boolean {
  return world.clones.filter(({ database }) => database === clone.database).length > 1;
}
