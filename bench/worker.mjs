/**
 * One measured step in a process of its own: `node bench/worker.mjs STEP JSON` does it and prints one line of JSON with
 * what it found, how long the step itself took (`inner`, milliseconds), its processor time (`cpu`, milliseconds), and the
 * process's peak memory (`rss`, bytes).
 */
import { execFileSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import {
  closeSync,
  copyFileSync,
  fsyncSync,
  mkdirSync,
  openSync,
  readFileSync,
  readSync,
  readdirSync,
  rmSync,
  writeFileSync,
  writeSync,
} from 'node:fs';
import { join } from 'node:path';
import { deflateSync } from 'node:zlib';

import { Exporter, Importer, Store, getSyncStatus, savecontext } from '../dist/index.js';
import { driveMerge } from '../dist/git/drive-merge.js';
import { connect } from '../dist/store/connect.js';
import { openDriver } from '../dist/store/drivers/open-driver.js';
import { upgradeSchema } from '../dist/savecontext/upgrade.js';
import { Sql } from '../dist/store/sql.js';
import { Random } from './random.mjs';

/** @import { SqlValue } from '../dist/index.js' */

const PAGE = 5000;
const CHUNK = Buffer.allocUnsafe(256 * 1024);

/**
 * What a step is told.
 *
 * @typedef {object} Input
 * @property {string} db the database
 * @property {string} project the project's path
 * @property {string} dir the export directory
 * @property {string} [source] another database
 * @property {string} [name] the name of a file
 * @property {readonly string[]} [versions] export directories: of the base, of ours, of theirs
 * @property {string} [key] of the lines of another program
 * @property {boolean} [tracking] false where only the reference's triggers are wanted
 * @property {boolean} [triggers] false where not even those are wanted
 * @property {number} [round] makes changes differ from those of other rounds
 * @property {number} [rounds]
 * @property {number} [writer] the writer's number
 * @property {number} [from] when to begin, Unix milliseconds
 * @property {number} [until] when to stop, Unix milliseconds
 */

/** @typedef {Record<string, unknown>} Found */

/** @type {Record<string, (input: Input, timed: <T>(body: () => T) => T) => Found>} */
const STEPS = {
  // ---- what is measured ---------------------------------------------------------------------------------------------

  export: ({ db, project, dir }, timed) =>
    withStore(db, (store) => {
      const stats = timed(() => new Exporter(store, { projectPath: project, dir }).export());
      return { written: stats.total.written, refused: stats.refused.length };
    }),

  import: ({ db, project, dir }, timed) =>
    withStore(db, (store) => {
      const locked = timeLocks();
      const { total } = timed(() => new Importer(store, { projectPath: project }).importAll(dir));
      return { created: total.created, updated: total.updated, locked: locked() };
    }),

  status: ({ db, project, dir }, timed) =>
    withStore(db, (store) => {
      const { inSync } = timed(() => getSyncStatus(store, { projectPath: project, dir }));
      return { inSync };
    }),

  /** Merges three versions of a file, as the merge driver does. */
  merge: ({ dir, name = '', key }, timed) => {
    copyFileSync(join(dir, 'ours'), join(dir, name));
    const lines = key === undefined ? undefined : { keys: [key], together: [], elements: new Map(), appendOnly: false };
    const path = lines === undefined ? `.savecontext/${name}` : name;
    const call = { base: 'base', ours: name, theirs: 'theirs', path, lines };
    const { problems, lost } = timed(() => driveMerge(savecontext, call, dir, Date.now()));
    return { problems: problems.length, lost, lines: readFileSync(join(dir, name), 'utf8').split('\n').length - 1 };
  },

  /** 10,000 updates of one row each, in one transaction. */
  updates: ({ db }, timed) =>
    withSql(db, (sql) => {
      const ids = sql.all(`SELECT id FROM context_items ORDER BY id LIMIT 10000`).map(([id]) => id ?? null);
      const edit = sql.prepare(
        `UPDATE context_items SET value = value || '.', updated_at = updated_at + 1 WHERE id = ?`,
      );
      timed(() => {
        sql.exec('BEGIN IMMEDIATE');
        for (let done = 0; ids.length > 0 && done < 10_000; done++) edit.run(ids[done % ids.length] ?? null);
        sql.exec('COMMIT');
      });
      return {};
    }),

  /** 10,000 inserts of one row each, in one transaction. */
  inserts: ({ db }, timed) =>
    withSql(db, (sql) => {
      const [session] = sql.all(`SELECT id FROM sessions ORDER BY id LIMIT 1`);
      const add = sql.prepare(
        `INSERT INTO context_items (id, session_id, key, value, created_at, updated_at) VALUES (?1, ?2, ?1, 'a value', 1, 1)`,
      );
      timed(() => {
        sql.exec('BEGIN IMMEDIATE');
        for (let done = 0; done < 10_000; done++) add.run(`item_n${done}`, session?.[0] ?? null);
        sql.exec('COMMIT');
      });
      return {};
    }),

  /** 10,000 deletions of one row each, in one transaction. */
  deletions: ({ db }, timed) =>
    withSql(db, (sql) => {
      const ids = sql.all(`SELECT id FROM context_items ORDER BY id LIMIT 10000`).map(([id]) => id ?? null);
      const remove = sql.prepare(`DELETE FROM context_items WHERE id = ?`);
      timed(() => {
        sql.exec('BEGIN IMMEDIATE');
        for (const id of ids) remove.run(id);
        sql.exec('COMMIT');
      });
      return {};
    }),

  // ---- floors -------------------------------------------------------------------------------------------------------

  /** Reads every synced column of every row. */
  select: ({ db }, timed) => withSql(db, (sql) => timed(() => ({ rows: readAll(sql, () => undefined) }))),

  /** Reads every row, forms a line of it, hashes that, and writes all lines to one file. */
  form: ({ db, dir }, timed) => {
    const path = join(dir, '..', 'floor.jsonl');
    const rows = withSql(db, (sql) =>
      timed(() => {
        const fd = openSync(path, 'w');
        const count = readAll(sql, (table, columns, page) => {
          const lines = page.map((row) => {
            const values = columns.map((column, index) => [column, row[index + row.length - columns.length]]);
            return `${JSON.stringify({ type: table, ...Object.fromEntries(values), content_hash: sha256(Buffer.from(JSON.stringify(row))) })}\n`;
          });
          writeSync(fd, lines.join(''));
        });
        closeSync(fd);
        return count;
      }),
    );
    rmSync(path);
    return { rows };
  },

  /**
   * Does the same, and what no export can leave out besides: reads each value as JSON, so that none is rounded, and keeps each line in the
   * database, since a merge needs it.
   */
  duty: ({ db, dir }, timed) => {
    const path = join(dir, '..', 'floor.jsonl');
    const rows = withSql(db, (sql) =>
      timed(() => {
        sql.exec('BEGIN; CREATE TABLE duty (n INTEGER PRIMARY KEY, id TEXT, line TEXT, UNIQUE (id, n))');
        const keep = sql.prepare('INSERT INTO duty (id, line) VALUES (?, ?)');
        const fd = openSync(path, 'w');
        const count = readAll(
          sql,
          (table, columns, page) => {
            const lines = page.map((row) => {
              const members = columns.map(
                (column, at) => `"${column}":${row[at + row.length - columns.length] ?? null}`,
              );
              const data = members.join(',');
              const line = `{"type":"${table}",${data},"content_hash":"${sha256(Buffer.from(data))}"}`;
              keep.run(row[0] ?? null, line);
              return `${line}\n`;
            });
            writeSync(fd, lines.join(''));
          },
          (column) => `json_quote(${column})`,
        );
        fsyncSync(fd);
        closeSync(fd);
        sql.exec('COMMIT');
        return count;
      }),
    );
    rmSync(path);
    return { rows };
  },

  /** Reads all files and parses each line. */
  parse: ({ dir }, timed) => ({
    lines: timed(() => allLines(dir).map((line) => (line === '' ? null : JSON.parse(line)))).length,
  }),

  /** Inserts the same rows with one prepared statement for each table, in one transaction. */
  insert: ({ db, source, triggers }, timed) => {
    const target = new Sql(connect(db, { create: true }));
    upgradeSchema(target, 0);
    if (triggers === false) {
      for (const [name] of target.all(`SELECT name FROM sqlite_master WHERE type = 'trigger'`)) {
        target.exec(`DROP TRIGGER ${String(name)}`);
      }
    }
    target.close();
    return withSql(source ?? '', (from) =>
      withSql(db, (to) => {
        to.exec('BEGIN IMMEDIATE');
        copyTable(from, to, 'projects', ['id', 'project_path', 'name', 'created_at', 'updated_at'], timed);
        const rows = readAll(from, (table, columns, page) => {
          insertPage(to, table, columns, page, timed);
        });
        timed(() => {
          to.exec('COMMIT');
        });
        return { rows };
      }),
    );
  },

  /**
   * What no import can leave out besides inserting rows: reads all files, parses each line, hashes it, and keeps it in the database.
   */
  dutyLines: ({ db, dir }, timed) =>
    withSql(db, (sql) =>
      timed(() => {
        sql.exec('BEGIN; CREATE TABLE duty (n INTEGER PRIMARY KEY, id TEXT, line TEXT, UNIQUE (id, n))');
        const keep = sql.prepare('INSERT INTO duty (id, line) VALUES (?, ?)');
        let lines = 0;
        for (const line of allLines(dir)) {
          if (line === '') continue;
          const { id } = JSON.parse(line);
          sha256(Buffer.from(line));
          keep.run(id ?? null, line);
          lines++;
        }
        sql.exec('COMMIT');
        return { lines };
      }),
    ),

  /** Reads all files and hashes them. */
  hash: ({ dir }, timed) => ({
    digests: timed(() => lineFiles(dir).map((name) => hashFile(join(dir, name)))).length,
  }),

  /** Reads one file. */
  read: ({ dir, name }, timed) => ({ bytes: timed(() => readFileSync(join(dir, name ?? ''))).length }),

  /** Reads, hashes and writes one file, to the disk. */
  rewrite: ({ dir, name }, timed) => {
    const path = join(dir, name ?? '');
    const bytes = timed(() => {
      const content = readFileSync(path);
      sha256(content);
      const fd = openSync(`${path}.copy`, 'w');
      for (let done = 0; done < content.length;) done += writeSync(fd, content, done);
      fsyncSync(fd);
      closeSync(fd);
      return content.length;
    });
    rmSync(`${path}.copy`);
    return { bytes };
  },

  /** Reads three files and writes one. */
  copy: ({ dir, name = '' }, timed) => ({
    bytes: timed(() => {
      const [, ours = Buffer.of()] = ['base', 'ours', 'theirs'].map((version) => readFileSync(join(dir, version)));
      writeFileSync(join(dir, name), ours);
      return ours.length;
    }),
  }),

  // ---- preparations -------------------------------------------------------------------------------------------------

  init: ({ db }) => {
    Store.open(db, { create: true }).close();
    return {};
  },

  /** Puts three versions of a file side by side; with a key as another program writes lines: without our envelope, the key first. */
  versions: ({ dir, name = '', versions = [], key }) => {
    mkdirSync(dir, { recursive: true });
    // What loses waits in the git folder.
    git(dir, 'init', '--quiet');
    const lines = versions.map((from) => readFileSync(join(from, name), 'utf8').split('\n').slice(0, -1));
    for (const [index, version] of ['base', 'ours', 'theirs'].entries()) {
      const text = (lines[index] ?? []).map((line) => `${key === undefined ? line : foreign(line, key)}\n`).join('');
      writeFileSync(join(dir, version), text);
    }
    return { lines: lines[0]?.length };
  },

  /** Takes the plans from issues, and lets the file hold all of it. */
  unplan: ({ db }) =>
    withSql(db, (sql) => {
      sql.exec('UPDATE issues SET plan_id = NULL');
      sql.exec('PRAGMA wal_checkpoint(TRUNCATE)');
      return {};
    }),

  /** Changes 10 context items. */
  change: ({ db, round = 0 }) =>
    withSql(db, (sql) => {
      change(sql, round);
      return {};
    }),

  // ---- longer scenarios ---------------------------------------------------------------------------------------------

  /** Rounds of 10 changes, export, commit. Says how many bytes the changed lines have, each round's compressed together. */
  rounds: ({ db, project, dir, rounds = 100 }, timed) =>
    withStore(db, (store) =>
      withSql(db, (sql) => {
        const exporter = new Exporter(store, { projectPath: project, dir });
        let compressed = 0;
        let lines = 0;
        for (let round = 1; round <= rounds; round++) {
          const before = new Set(allLines(dir));
          change(sql, round);
          timed(() => exporter.export());
          const changed = allLines(dir).filter((line) => !before.has(line));
          lines += changed.length;
          compressed += deflateSync(changed.join('\n')).length;
          git(project, 'add', '.');
          git(project, 'commit', '--quiet', '--message', `round ${round}`);
        }
        return { compressed, lines };
      }),
    ),

  /** Writes single rows, each in a transaction of its own, until it is time to stop. */
  writer: ({ db, writer = 0, from = 0, until = 0 }) =>
    withSql(db, (sql) => {
      const [session] = sql.all(`SELECT id FROM sessions ORDER BY id LIMIT 1`);
      const write = sql.prepare(
        `INSERT INTO context_items (id, session_id, key, value, created_at, updated_at) VALUES (?1, ?2, ?1, ?3, ?3, ?3)
         ON CONFLICT (id) DO UPDATE SET value = excluded.value, updated_at = excluded.updated_at`,
      );
      const random = new Random(writer);
      /** @type {Record<string, number>} */
      const last = {};
      let writes = 0;
      let busy = 0;
      let stall = 0;
      Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, Math.max(0, from - Date.now()));
      while (Date.now() < until) {
        const id = `item_w${writer}-${random.below(500)}`;
        const begin = performance.now();
        try {
          write.run(id, session?.[0] ?? null, writes);
          last[id] = writes++;
        } catch (error) {
          if (!/locked|busy/i.test(String(error))) throw error;
          busy++;
        }
        stall = Math.max(stall, performance.now() - begin);
      }
      return { writes, busy, stall, last };
    }),

  /** Exports again and again, until it is time to stop. */
  exporter: ({ db, project, dir, until = 0 }) =>
    withStore(db, (store) => {
      const exporter = new Exporter(store, { projectPath: project, dir });
      let exports = 0;
      for (; Date.now() < until; exports++) exporter.export();
      return { exports };
    }),
};

/**
 * @param {string} line
 * @param {string} key
 */
function foreign(line, key) {
  const record = JSON.parse(line);
  const fields = Object.entries(record).filter(([name]) => ![key, 'content_hash', 'exported_at'].includes(name));
  return JSON.stringify({ [key]: record[key], ...Object.fromEntries(fields) });
}

/**
 * @template T
 * @param {string} path
 * @param {(store: Store) => T} body
 */
function withStore(path, body) {
  const store = Store.open(path);
  try {
    return body(store);
  } finally {
    store.close();
  }
}

/**
 * A connection as other programs have it: the same driver, rows as arrays, nothing else.
 *
 * @typedef {object} Plain
 * @property {(sql: string) => void} exec
 * @property {(sql: string) => import('../dist/index.js').Statement} prepare
 * @property {(sql: string, ...parameters: SqlValue[]) => SqlValue[][]} all
 */

/**
 * @template T
 * @param {string} path
 * @param {(sql: Plain) => T} body
 */
function withSql(path, body) {
  const database = openDriver(path);
  /** @type {Map<string, import('../dist/index.js').Statement>} */
  const statements = new Map();
  const prepare = (/** @type {string} */ text) => {
    const statement = statements.get(text) ?? database.prepare(text);
    statement.setReturnArrays(true);
    statements.set(text, statement);
    return statement;
  };
  try {
    database.exec('PRAGMA busy_timeout = 20000; PRAGMA foreign_keys = ON; PRAGMA synchronous = NORMAL');
    return body({
      exec: (text) => database.exec(text),
      prepare,
      all: (text, ...parameters) => /** @type {SqlValue[][]} */ (prepare(text).all(...parameters)),
    });
  } finally {
    statements.clear();
    database.close();
  }
}

/**
 * Gives all rows of all synced tables page by page, with the columns that are synced; child rows with their ids.
 *
 * @param {Plain} sql
 * @param {(table: string, columns: readonly string[], page: SqlValue[][]) => void} onPage
 * @param {(column: string) => string} [read] how a column is read, as SQL
 */
function readAll(sql, onPage, read = (column) => column) {
  let rows = 0;
  const readTable = (
    /** @type {string} */ table,
    /** @type {readonly string[]} */ columns,
    /** @type {string} */ order,
  ) => {
    const select = `SELECT ${order}, ${columns.map(read).join(', ')} FROM ${table}`;
    /** @type {SqlValue | undefined} */
    let after;
    for (;;) {
      const page =
        after === undefined
          ? sql.all(`${select} ORDER BY ${order} LIMIT ${PAGE}`)
          : sql.all(`${select} WHERE ${order} > ? ORDER BY ${order} LIMIT ${PAGE}`, after);
      onPage(table, columns, page);
      rows += page.length;
      if (page.length < PAGE) return;
      after = page.at(-1)?.[0];
    }
  };
  for (const entity of savecontext.entities) {
    const columns = entity.synced.flatMap(({ name, field }) => (field.kind === 'set' ? [] : [name]));
    readTable(entity.table, columns, entity.key);
    for (const { field } of entity.synced) {
      if (field.kind !== 'set') continue;
      const { table, owner, element, id, timestamps = [] } = field.set;
      readTable(
        table,
        [...(id === undefined ? [] : [id.column]), owner, ...Object.keys(element), ...timestamps],
        'rowid',
      );
    }
  }
  return rows;
}

/**
 * @param {Plain} to
 * @param {string} table
 * @param {readonly string[]} columns
 * @param {readonly SqlValue[][]} page rows that begin with the value that orders them
 * @param {<T>(body: () => T) => T} timed
 */
function insertPage(to, table, columns, page, timed) {
  const places = columns.map(() => '?').join(', ');
  const statement = to.prepare(`INSERT INTO ${table} (${columns.join(', ')}) VALUES (${places})`);
  timed(() => {
    for (const row of page) statement.run(...row.slice(1));
  });
}

/**
 * @param {Plain} from
 * @param {Plain} to
 * @param {string} table
 * @param {readonly string[]} columns
 * @param {<T>(body: () => T) => T} timed
 */
function copyTable(from, to, table, columns, timed) {
  insertPage(to, table, columns, from.all(`SELECT rowid, ${columns.join(', ')} FROM ${table}`), timed);
}

/**
 * @param {Plain} sql
 * @param {number} round
 */
function change(sql, round) {
  const ids = sql.all(`SELECT id FROM context_items ORDER BY id`).map(([id]) => id ?? null);
  const step = ids.length / 10;
  sql.exec('BEGIN IMMEDIATE');
  const edit = sql.prepare(`UPDATE context_items SET value = value || ?, updated_at = updated_at + 1 WHERE id = ?`);
  for (let index = 0; index < 10; index++) {
    edit.run(` edit ${round}`, ids[Math.floor(index * step + ((round * 7919) % step))] ?? null);
  }
  sql.exec('COMMIT');
}

/** Gives how long the longest transaction held the write lock from now on, milliseconds. */
function timeLocks() {
  const original = Sql.prototype.transaction;
  let longest = 0;
  let depth = 0;
  /** @type {typeof original} */
  Sql.prototype.transaction = function (mode, body) {
    const start = performance.now();
    depth++;
    try {
      return /** @type {ReturnType<typeof body>} */ (original.call(this, mode, body));
    } finally {
      depth--;
      if (depth === 0 && mode === 'immediate') longest = Math.max(longest, performance.now() - start);
    }
  };
  return () => longest;
}

/** @param {string} dir */
function lineFiles(dir) {
  return readdirSync(dir).filter((name) => name.endsWith('.jsonl'));
}

/** @param {string} dir */
function allLines(dir) {
  return lineFiles(dir).flatMap((name) => readFileSync(join(dir, name), 'utf8').split('\n'));
}

/** @param {string} path */
function hashFile(path) {
  const hash = createHash('sha256');
  const fd = openSync(path, 'r');
  for (let read = readSync(fd, CHUNK); read > 0; read = readSync(fd, CHUNK)) hash.update(CHUNK.subarray(0, read));
  closeSync(fd);
  return hash.digest('hex');
}

/** @param {Uint8Array} bytes */
function sha256(bytes) {
  return createHash('sha256').update(bytes).digest('hex');
}

/**
 * @param {string} cwd
 * @param {...string} parameters
 */
function git(cwd, ...parameters) {
  execFileSync('git', parameters, { cwd });
}

const [, , step = '', json = '{}'] = process.argv;
const body = STEPS[step];
if (body === undefined) throw new Error(`there is no step ${JSON.stringify(step)}`);
let inner = 0;
let cpu = 0;
const found = body(/** @type {Input} */ (JSON.parse(json)), (timed) => {
  const before = process.cpuUsage();
  const start = performance.now();
  try {
    return timed();
  } finally {
    inner += performance.now() - start;
    const { user, system } = process.cpuUsage(before);
    cpu += (user + system) / 1000;
  }
});
console.log(JSON.stringify({ ...found, inner, cpu, rss: process.resourceUsage().maxRSS * 1024 }));
