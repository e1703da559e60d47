import { accessSync, constants, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { resolvePath } from '../files/directory.js';
import { SyncError } from '../errors.js';
import { fileExists, fileIdentity } from '../files/file.js';
import { withIoErrors } from '../files/io-error.js';
import { copyForOwner } from '../files/owner-file.js';

/** A copy of a database that only this process reads and writes. */
export interface PrivateCopy {
  readonly path: string;
  readonly remove: () => void;
}

/** The files of a database: what was committed, and what its log or journal says beside. */
const SUFFIXES = ['', '-wal', '-journal'];

/** How often a copy is begun anew because somebody wrote meanwhile. */
const ATTEMPTS = 20;

/** Whether a database can be read and not written. SQLite writes files beside one, so it needs the folder too. */
export function isReadOnly(path: string): boolean {
  const { R_OK, W_OK } = constants;
  return mayAccess(path, R_OK) && !(mayAccess(path, W_OK) && mayAccess(dirname(resolvePath(path)), W_OK));
}

function mayAccess(path: string, mode: number): boolean {
  try {
    accessSync(path, mode);
    return true;
  } catch {
    return false;
  }
}

/**
 * Copies the files of a database into a temporary folder that is its owner's alone. SQLite itself reads no database in write-ahead
 * log mode in a folder where it can make no file.
 *
 * @throws SyncError `io` where they cannot be read, `busy` where somebody goes on writing to them
 */
export function privateCopy(path: string): PrivateCopy {
  // The log lies beside the file itself, not beside a link to it.
  const file = resolvePath(path);
  const folder = withIoErrors(tmpdir(), 'create a folder in', () => mkdtempSync(join(tmpdir(), 'sc-sync-look-')));
  const remove = (): void => {
    rmSync(folder, { recursive: true, force: true });
  };
  try {
    const copy = join(folder, 'copy.db');
    for (let attempt = 0; attempt < ATTEMPTS; attempt++) {
      if (isCopied(file, copy)) return { path: copy, remove };
    }
    throw new SyncError('busy', `Cannot copy ${path}: another program writes to it all the time`, {
      hint: 'try again when it is quiet',
    });
  } catch (error) {
    remove();
    throw error;
  }
}

/** Copies all files; false where one of them changed meanwhile, so that they might not belong together. */
function isCopied(from: string, to: string): boolean {
  const state = (): string => SUFFIXES.map((suffix) => fileIdentity(`${from}${suffix}`)).join('\n');
  const before = state();
  for (const suffix of SUFFIXES) {
    const copy = `${to}${suffix}`;
    rmSync(copy, { force: true });
    if (!fileExists(`${from}${suffix}`)) continue;
    withIoErrors(`${from}${suffix}`, 'copy', () => {
      copyForOwner(`${from}${suffix}`, copy);
    });
  }
  return state() === before;
}
