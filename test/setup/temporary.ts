import { chmodSync, existsSync, mkdtempSync, rmSync, statfsSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

import { Store } from '../../src/savecontext/store.js';
import { EMPTY_DATABASE } from '../empty-database.js';

/** Linux keeps this folder in memory. */
const MEMORY = '/dev/shm';
const ROOM = 2 ** 30;

/**
 * Gives all tests one temporary folder, in memory where that has room: most of them wait for nothing but the disk otherwise. DISK_TMPDIR
 * is the folder on the disk, for tests about the disk itself. The folder holds an empty database that tests copy.
 */
export function setup(): () => void {
  const { TMPDIR } = process.env;
  const disk = tmpdir();
  const folder = mkdtempSync(join(hasRoom() ? MEMORY : disk, 'sc-sync-tests-'));
  // As any temporary folder: a test lets a child go on as nobody.
  chmodSync(folder, 0o1777);
  process.env['TMPDIR'] = folder;
  process.env['DISK_TMPDIR'] = disk;
  Store.open(join(folder, EMPTY_DATABASE), { create: true }).close();
  return () => {
    rmSync(folder, { recursive: true, force: true });
    if (TMPDIR === undefined) delete process.env['TMPDIR'];
    else process.env['TMPDIR'] = TMPDIR;
  };
}

function hasRoom(): boolean {
  if (!existsSync(MEMORY)) return false;
  const { bavail, bsize } = statfsSync(MEMORY);
  return bavail * bsize > ROOM;
}
