import { MergeStrategy } from '../../src/import/plan.js';
import type { Clone } from './clone.js';
import { backup, copyDatabase, dropDatabase, restore } from './database-operations.js';
import { exportFiles, importFile, importFiles, rehearse, syncFiles } from './engine-operations.js';
import { dropLine, editFile } from './file-operations.js';
import {
  checkoutBack,
  checkoutOld,
  checkoutSide,
  commit,
  pull,
  push,
  rebase,
  revert,
  stash,
} from './git-operations.js';
import { insertAgain, insertInSession, insertRoot } from './insert-operations.js';
import { link, refer, unlink } from './link-operations.js';
import { add, deleteRecord, edit, move, rekey, remove, replace, unset, writeGroup } from './row-operations.js';
import type { Operation, Step } from './schedule.js';
import type { World } from './world.js';

const OPERATIONS: Readonly<Record<Operation, (world: World, clone: Clone, pick: number) => void>> = {
  edit: (world, clone, pick) => edit(world, clone, pick, true),
  editUnbumped: (world, clone, pick) => edit(world, clone, pick, false),
  reopen: (world, clone, pick) => writeGroup(world, clone, pick, false),
  unset,
  add,
  remove,
  insertRoot,
  insertInSession,
  insertAgain,
  deleteRoot: (world, clone, pick) => deleteRecord(world, clone, pick, false),
  deleteInSession: (world, clone, pick) => deleteRecord(world, clone, pick, true),
  replace,
  rekey,
  move,
  link,
  unlink,
  refer,
  export: (world, clone) => exportFiles(world, clone, false),
  fullExport: (world, clone) => exportFiles(world, clone, true),
  sync: (world, clone) => syncFiles(world, clone),
  import: (world, clone) => importFiles(world, clone, MergeStrategy.ThreeWay),
  force: (world, clone) => importFiles(world, clone, MergeStrategy.PreferExternal),
  preferLocal: (world, clone) => importFiles(world, clone, MergeStrategy.PreferLocal),
  preferNewer: (world, clone) => importFiles(world, clone, MergeStrategy.PreferNewer),
  importFile,
  rehearse,
  editFile,
  dropLine,
  commit,
  pull: (world, clone, pick) => pull(world, clone, world.git.origin, pick),
  push,
  mergePeer: (world, clone, pick) => pull(world, clone, world.clones[pick % world.clones.length]!.head, pick),
  rebase,
  checkoutOld,
  checkoutSide,
  checkoutBack,
  stash,
  revert,
  backup,
  restore,
  copyDatabase,
  dropDatabase,
};

/** Carries out one step of a schedule. */
export function carryOut(world: World, { clone, operation, pick }: Step): void {
  world.time++;
  OPERATIONS[operation](world, world.clones[clone % world.clones.length]!, pick);
}
