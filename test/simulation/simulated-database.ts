import { copyFileSync } from 'node:fs';

import type { Database, SqlRow, SqlValue, Statement } from '../../src/store/database.js';
import { openDriver } from '../../src/store/drivers/open-driver.js';
import { foldLog, withFoldedLog } from '../../src/store/knowledge/change-log.js';
import { Store } from '../../src/savecontext/store.js';
import { PROJECT, PROJECT_ID, SHAPES } from './record-shapes.js';
import type { RecordShape } from './record-shapes.js';

/** A record that is there: the values of its followed fields, sets as their elements. */
export interface PresentState {
  readonly kind: 'present';
  readonly type: string;
  readonly id: string;
  readonly values: ReadonlyMap<string, readonly string[]>;
  readonly session: string | undefined;
  readonly key: string | undefined;
  /** The columns that move together, as they are. */
  readonly group: SqlRow;
}

/** A record that was deleted. */
export interface DeletedState {
  readonly kind: 'deleted';
  readonly type: string;
  readonly id: string;
  readonly at: number;
  readonly by: string | undefined;
}

export type State = PresentState | DeletedState;
/** All records of a database, by `type/id`, in that order. */
export type States = ReadonlyMap<string, State>;

/** Tables whose rows a sync that has nothing to do must leave as they are. */
const WATCHED = [
  'sessions',
  'session_projects',
  'issues',
  'issue_labels',
  'issue_dependencies',
  'issue_projects',
  'context_items',
  'checkpoints',
  'checkpoint_items',
  'plans',
  'project_memory',
  'time_entries',
  'scsync_log',
  'scsync_records',
  'scsync_tombstones',
  'scsync_base',
  'scsync_seen',
  'scsync_unresolved',
  'scsync_journal',
];

interface Cached<T> {
  readonly changes: number;
  readonly value: T;
}

/** A database file, and what goes along with it wherever it is copied. */
export interface DatabaseMemory {
  readonly file: string;
  readonly known: ReadonlyMap<string, ReadonlySet<string>>;
  readonly lines: ReadonlySet<string>;
}

/** One database file, with what its user has learned from it. */
export class SimulatedDatabase {
  readonly file: string;
  readonly store: Store;
  /** The values of each followed field that its user has seen: what the author of an edit knew. */
  readonly known: Map<string, Set<string>>;
  /** The lines that it has read or written: what an export may replace. */
  readonly lines: Set<string>;
  readonly #database: Database;
  readonly #statements = new Map<string, Statement>();
  #states: Cached<States> | undefined;
  #dump: Cached<ReadonlyMap<string, string>> | undefined;

  private constructor(file: string, memory: DatabaseMemory) {
    this.file = file;
    this.known = new Map([...memory.known].map(([slot, values]) => [slot, new Set(values)]));
    this.lines = new Set(memory.lines);
    this.#database = openFast(file);
    this.store = Store.from(this.#database);
  }

  /** Makes the file that all empty databases are copies of. */
  static makeTemplate(file: string): void {
    const database = openFast(file);
    const store = Store.from(database, { create: true });
    database.exec(
      `INSERT INTO projects (id, project_path, name, created_at, updated_at) VALUES ('${PROJECT_ID}', '${PROJECT}', 'simulated', 1, 1)`,
    );
    store.close();
    database.close();
  }

  static copyOf(source: DatabaseMemory, file: string): SimulatedDatabase {
    copyFileSync(source.file, file);
    return new SimulatedDatabase(file, source);
  }

  /** Works out what was written since the last verb. */
  fold(): void {
    foldLog(this.store.sql, this.store.registry);
  }

  close(): void {
    this.store.close();
    this.#database.close();
  }

  run(sql: string, ...parameters: SqlValue[]): void {
    this.#statement(sql).run(...parameters);
  }

  all(sql: string, ...parameters: SqlValue[]): SqlRow[] {
    return this.#statement(sql).all(...parameters) as SqlRow[];
  }

  #statement(sql: string): Statement {
    let statement = this.#statements.get(sql);
    if (statement === undefined) {
      statement = this.#database.prepare(sql);
      statement.setReturnArrays(true);
      statement.setReadBigInts(true);
      this.#statements.set(sql, statement);
    }
    return statement;
  }

  /** Everything that a user sees of the records. */
  states(): States {
    return (this.#states = this.#unlessChanged(this.#states, () =>
      withFoldedLog(this.store.sql, this.store.registry, () => this.#readStates()),
    )).value;
  }

  /** Reading all rows takes most of the time of a schedule, and most looks find nothing new. */
  #unlessChanged<T>(cached: Cached<T> | undefined, read: () => T): Cached<T> {
    const changes = Number(this.all('SELECT total_changes()')[0]?.[0] ?? 0);
    if (cached?.changes === changes) return cached;
    const value = read();
    // To look at what a log says counts as a change, though it is taken back.
    return { changes: Number(this.all('SELECT total_changes()')[0]?.[0] ?? 0), value };
  }

  #readStates(): States {
    const states: [string, State][] = [];
    for (const shape of SHAPES) {
      const sets = this.#sets(shape);
      const columns = [...shape.scalars, ...groupColumns(shape), ...extraColumns(shape)];
      for (const row of this.all(`SELECT id, ${columns.join(', ')} FROM ${shape.table}`)) {
        const state = presentState(shape, columns, row, sets);
        states.push([`${shape.type}/${state.id}`, state]);
      }
    }
    const there = new Map(states);
    for (const [type, id, at, by] of this.all(`SELECT type, id, deleted_at, deleted_by FROM scsync_tombstones`)) {
      const key = `${String(type)}/${String(id)}`;
      if (there.has(key)) continue;
      states.push([
        key,
        {
          kind: 'deleted',
          type: String(type),
          id: String(id),
          at: Number(at),
          by: typeof by === 'string' ? by : undefined,
        },
      ]);
    }
    return new Map(states.sort(([a], [b]) => (a < b ? -1 : 1)));
  }

  #sets({ set }: RecordShape): ReadonlyMap<string, readonly string[]> {
    const sets = new Map<string, string[]>();
    if (set === undefined || 'column' in set) return sets;
    for (const [owner, element] of this.all(
      `SELECT ${set.owner}, ${set.element} FROM ${set.table} ORDER BY ${set.element}`,
    )) {
      sets.set(String(owner), [...(sets.get(String(owner)) ?? []), String(element)]);
    }
    return sets;
  }

  /** All rows of all tables that sync reads or writes, as text. */
  dump(): ReadonlyMap<string, string> {
    return (this.#dump = this.#unlessChanged(this.#dump, () => this.#readDump())).value;
  }

  #readDump(): ReadonlyMap<string, string> {
    return new Map(
      WATCHED.map((table) => [
        table,
        this.all(`SELECT * FROM ${table}`)
          .map((row) =>
            row.map((value) => (value instanceof Uint8Array ? Buffer.from(value).toString('hex') : value)).join('|'),
          )
          .sort()
          .join('\n'),
      ]),
    );
  }
}

/** A simulation needs no file that outlives a power cut. */
function openFast(file: string): Database {
  const database = openDriver(file);
  for (const pragma of ['journal_mode = MEMORY', 'synchronous = OFF', 'temp_store = MEMORY', 'cache_size = -500']) {
    database.exec(`PRAGMA ${pragma}`);
  }
  return database;
}

function groupColumns({ group }: RecordShape): readonly string[] {
  return group === undefined ? [] : [group.column, ...group.others];
}

function extraColumns({ set, inSession, keyed }: RecordShape): readonly string[] {
  return [
    ...(set !== undefined && 'column' in set ? [set.column] : []),
    ...(inSession === true ? ['session_id'] : []),
    ...(keyed === true ? ['key'] : []),
  ];
}

function presentState(
  shape: RecordShape,
  columns: readonly string[],
  [id, ...row]: SqlRow,
  sets: ReadonlyMap<string, readonly string[]>,
): PresentState {
  const cell = (column: string): SqlValue => row[columns.indexOf(column)] ?? null;
  const text = (column: string): readonly string[] => (cell(column) === null ? [] : [String(cell(column))]);
  const values = new Map<string, readonly string[]>(shape.scalars.map((column) => [column, text(column)]));
  if (shape.group !== undefined) values.set(shape.group.column, text(shape.group.column));
  if (shape.set !== undefined) {
    values.set(
      shape.set.field,
      'column' in shape.set
        ? stringsIn(text(shape.set.column)[0] ?? '[]')
        : (sets.get(String(id)) ?? []).filter((element) => element !== PROJECT),
    );
  }
  return {
    kind: 'present',
    type: shape.type,
    id: String(id),
    values,
    session: shape.inSession === true ? text('session_id')[0] : undefined,
    key: shape.keyed === true ? text('key')[0] : undefined,
    group: groupColumns(shape).map(cell),
  };
}

/** The elements of a JSON array of strings. */
export function stringsIn(json: string): readonly string[] {
  const value: unknown = JSON.parse(json);
  return Array.isArray(value) ? value.map(String) : [];
}
