import { expect } from 'vitest';

import { ERROR_EXIT_STATUS } from '../../src/errors.js';
import type { SyncError, SyncErrorCode } from '../../src/errors.js';
import { thrownBy } from '../files/thrown.js';
import { dump, filesIn } from './world.js';
import type { World } from './world.js';

/** What an error is expected to be. */
export interface Expected {
  readonly code: SyncErrorCode;
  /** What the message and the details say, each of them. */
  readonly says: readonly (string | RegExp)[];
}

const EXIT_STATUS: Readonly<Record<SyncErrorCode, number>> = {
  usage: 4,
  bad_input: 4,
  conflict_markers: 4,
  newer_format: 4,
  not_found: 4,
  unseen_overwrite: 6,
  refused: 6,
  secret_found: 6,
  database: 2,
  schema: 2,
  bad_row: 2,
  io: 8,
  busy: 9,
};

/** Runs what must fail, and sees to it that it says why, what to do, and has changed nothing. */
export function expectRefused(world: World, body: () => unknown, { code, says }: Expected): SyncError {
  const database = dump(world.store);
  const files = filesIn(world.dir);
  const error = thrownBy(body);
  expect(error).toMatchObject({ code });
  expect(ERROR_EXIT_STATUS[error.code]).toBe(EXIT_STATUS[code]);
  expect(error.hint ?? '').toMatch(/\w/);
  const words = [error.message, ...error.details].join('\n');
  for (const one of says) {
    if (typeof one === 'string') expect(words).toContain(one);
    else expect(words).toMatch(one);
  }
  expect(dump(world.store)).toBe(database);
  expect(withoutLock(filesIn(world.dir))).toEqual(withoutLock(files));
  return error;
}

/** The lock is an empty database, which stays in the folder. */
function withoutLock(files: Readonly<Record<string, string>>): object {
  return Object.fromEntries(Object.entries(files).filter(([name]) => name !== '.sync.lock'));
}
