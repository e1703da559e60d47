import { MergeStrategy } from '../../src/sync/import/plan.js';
import * as branches from './branch-operations.js';
import type { Clone } from './clone.js';
import { backup, copyDatabase, dropDatabase, restore } from './database-operations.js';
import { exportFiles, importFile, importFiles, dryRun, syncFiles } from './engine-operations.js';
import { dropLine, editFile } from './file-operations.js';
import * as simulatedGit from './git-operations.js';
import { insertAgain, insertInSession, insertRoot } from './insert-operations.js';
import { link, refer, unlink } from './link-operations.js';
import * as places from './places.js';
import * as realGit from './real-git.js';
import { add, deleteRecord, edit, move, rekey, remove, replace, unset, writeGroup } from './row-operations.js';
import type { Operation, Step } from './schedule.js';
import type { World } from './world.js';

type Operate = (world: World, clone: Clone, pick: number) => void;

const OPERATIONS: Readonly<Partial<Record<Operation, Operate>>> = {
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
  dryRun,
  editFile,
  dropLine,
  ...simulatedGit,
  ...branches,
  backup,
  restore,
  copyDatabase,
  dropDatabase,
};

const IN_REPOSITORIES = { ...OPERATIONS, ...realGit, ...places.OPERATIONS };

/** Carries out one step of a schedule. */
export function carryOut(world: World, { clone, operation, pick }: Step): void {
  world.time++;
  operate(world, world.clones[clone % world.clones.length]!, operation, pick);
}

/** Does something in a clone. */
export function operate(world: World, clone: Clone, operation: Operation, pick = 1): void {
  const isReal = world.options.repositories === true;
  const found = (isReal ? IN_REPOSITORIES : OPERATIONS)[operation];
  if (found === undefined) throw new Error(`${operation} is for real repositories alone`);
  if (isReal && places.isRefused(world, clone, operation)) return;
  found(world, clone, pick);
  if (isReal) places.follow(world, clone);
}
