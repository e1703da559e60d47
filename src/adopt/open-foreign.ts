import { closeSync, openSync, readSync, statSync } from 'node:fs';

import { SyncError } from '../errors.js';
import { resolvePath } from '../files/directory.js';
import { fileExists, fileSize } from '../files/file.js';
import { withIoErrors } from '../files/io-error.js';
import { openToLook } from '../store/connection.js';
import type { Connection } from '../store/connection.js';
import { openDriver } from '../store/drivers/open-driver.js';
import { BUSY_TIMEOUT } from '../store/lock-retry.js';
import { isReadOnly } from '../store/private-copy.js';
import { Sql } from '../store/sql.js';

/** The first bytes of a database that SQLite reads without a key (https://sqlite.org/fileformat.html, section 1.3). */
const MAGIC = 'SQLite format 3\0';

/**
 * Opens a database of another program, of which no byte is to be changed.
 *
 * @throws SyncError `database` where there is none, or none that SQLite reads without a key
 */
export function openForeign(path: string): Connection {
  if (!fileExists(path))
    throw new SyncError('database', `There is no database at ${path}`, { hint: 'name the one to adopt with --db' });
  const start = firstBytes(path, MAGIC.length);
  if (start !== '' && start !== MAGIC)
    throw new SyncError('database', `${path} is encrypted, or is no SQLite database`, {
      hint: 'name a database that SQLite opens without a key',
    });
  // Whoever may write and closes last empties the log into the file.
  const hasLog = fileSize(`${resolvePath(path)}-wal`) > 0;
  return hasLog && !isReadOnly(path) ? openReadOnly(path) : openToLook(path);
}

function openReadOnly(path: string): Connection {
  const sql = new Sql(openDriver(path, { readOnly: true }), path);
  sql.exec(`PRAGMA busy_timeout = ${BUSY_TIMEOUT}`);
  return {
    sql,
    close: () => {
      sql.close();
    },
  };
}

/** Empty for what is no file: opening it says what it is. */
function firstBytes(path: string, count: number): string {
  return withIoErrors(path, 'read', () => {
    if (!statSync(path).isFile()) return '';
    const fd = openSync(path, 'r');
    try {
      const bytes = Buffer.alloc(count);
      return bytes.toString('latin1', 0, readSync(fd, bytes, 0, count, 0));
    } finally {
      closeSync(fd);
    }
  });
}
