import { connect } from './connect.js';
import type { Database } from './database.js';
import { isReadOnly, privateCopy } from './private-copy.js';
import { Sql } from './sql.js';

/** A connection to a database, and what its store does with it in the end. */
export interface Connection {
  readonly sql: Sql;
  readonly close: () => void;
}

/** Opens a database file, and closes the connection in the end. Throws what {@link connect} throws. */
export function openFile(path: string, options: { readonly create: boolean }): Connection {
  const sql = new Sql(connect(path, options), path);
  return {
    sql,
    close: () => {
      // Who only looked changes no byte, also where others have left something in the log.
      if (sql.hasWritten) emptyLog(sql);
      sql.close();
    },
  };
}

/**
 * Opens a database of which nothing is to be changed. One that cannot be written is looked at in a copy: what an import would do is
 * found out by doing it and taking it back.
 */
export function openToLook(path: string): Connection {
  if (!isReadOnly(path)) return openFile(path, { create: false });
  const copy = privateCopy(path);
  try {
    const sql = new Sql(connect(copy.path, { create: false, name: path }), path);
    return {
      sql,
      close: () => {
        sql.close();
        copy.remove();
      },
    };
  } catch (error) {
    copy.remove();
    throw error;
  }
}

/** Takes a connection that somebody else opened, and that stays theirs: it is left open in the end. Sets `foreign_keys` on. */
export function borrow(database: Database): Connection {
  const sql = new Sql(database);
  sql.exec('PRAGMA foreign_keys = ON');
  return {
    sql,
    close: () => {
      sql.release();
    },
  };
}

/** A driver may close for good only when its statements are collected; the file is to be whole from now on all the same. */
function emptyLog(sql: Sql): void {
  try {
    sql.exec('PRAGMA busy_timeout = 0; PRAGMA wal_checkpoint(TRUNCATE)');
  } catch {
    // Somebody else is reading: they or the next connection will do it.
  }
}
