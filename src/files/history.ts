import { mkdirSync, rmSync } from 'node:fs';
import { dirname, join } from 'node:path';

import { makeFolder, OWNER_ONLY } from './directory.js';
import { copyPlain } from './file-bytes.js';
import { fileExists, refuseLinkedFolder, syncFolder } from './file.js';
import { errorCode, withIoErrors } from './io-error.js';

const HISTORY_FOLDER = '.history';

/**
 * Copies files of an export directory aside, before they are overwritten by force. Copies are never overwritten:
 * each call makes a folder of its own, `.history/<time>-<n>`, for its owner alone.
 *
 * @param names the files to copy; those that do not exist are left out.
 * @param now the time in Unix milliseconds, which names the folder (in UTC).
 * @param place the folder that the copies go into, where it is another one.
 * @returns the path of the new folder, in which everything would survive a power cut.
 * @throws SyncError `io` if a file could not be copied; the new folder is then removed again.
 */
export function copyToHistory(dir: string, names: readonly string[], now: number, place = dir): string {
  const history = join(place, HISTORY_FOLDER);
  refuseLinkedFolder(history);
  makeFolder(history, OWNER_ONLY);
  const folder = withIoErrors(history, 'create', () => makeUniqueFolder(history, now));
  try {
    for (const name of names.filter((each) => fileExists(join(dir, each)))) {
      makeFolder(dirname(join(folder, name)), OWNER_ONLY);
      copyPlain(join(dir, name), join(folder, name));
    }
    withIoErrors(folder, 'fsync', () => {
      [folder, history, place].forEach(syncFolder);
    });
  } catch (error) {
    rmSync(folder, { recursive: true, force: true });
    throw error;
  }
  return folder;
}

function makeUniqueFolder(history: string, now: number): string {
  // No colons: Windows allows none in a name.
  const time = new Date(now).toISOString().replaceAll(/[-:.]/g, '');
  for (let attempt = 1; ; attempt += 1) {
    const folder = join(history, `${time}-${String(attempt)}`);
    try {
      mkdirSync(folder, { mode: OWNER_ONLY });
      return folder;
    } catch (error) {
      if (errorCode(error) !== 'EEXIST') throw error;
    }
  }
}
