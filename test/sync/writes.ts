import fc from 'fast-check';

/** SQL literals. */
const quoted = (text: string): string => `'${text.replaceAll("'", "''")}'`;
const TEXT = fc.constantFrom(
  ...['', 'a', 'b~', '[]', '["x"]', '["x","y"]', 'é\u2028😀', 'line\nline', "it''s"].map(quoted),
);
const NULLABLE = fc.oneof({ weight: 3, arbitrary: TEXT }, fc.constant('NULL'));
const INTEGER = fc.constantFrom('0', '1', '2', '-5', '9007199254740993', '-9223372036854775808', '9223372036854775807');
const TIME = fc.constantFrom('0', '5', '1700000000000', '1700000000001', '1900000000000');
const PATH = fc.constantFrom(':project', ':project', ':project', `'/elsewhere'`);
const id = (prefix: string): fc.Arbitrary<string> =>
  fc.constantFrom(...[1, 2, 3, 4].map((n) => quoted(`${prefix}${n}`)));
const orNull = (arbitrary: fc.Arbitrary<string>): fc.Arbitrary<string> =>
  fc.oneof({ weight: 2, arbitrary }, fc.constant('NULL'));
const TIMES = { created_at: TIME, updated_at: TIME };

/** The columns of each table with values for them; the first one or two name a row. */
const TABLES: Readonly<Record<string, Readonly<Record<string, fc.Arbitrary<string>>>>> = {
  sessions: { id: id('s'), name: TEXT, project_path: orNull(PATH), status: NULLABLE, ended_at: orNull(TIME), ...TIMES },
  plans: {
    id: id('p'),
    project_id: fc.constant(`'proj_1'`),
    project_path: PATH,
    title: TEXT,
    session_id: orNull(id('s')),
    source_path: fc.constantFrom('NULL', `:project || '/x'`, `'/y'`, `'./z'`),
    ...TIMES,
  },
  issues: {
    id: id('i'),
    project_path: PATH,
    title: TEXT,
    priority: fc.constantFrom('NULL', '0', '4'),
    plan_id: orNull(id('p')),
    close_reason: NULLABLE,
    closed_at: orNull(INTEGER),
    ...TIMES,
  },
  context_items: {
    id: id('c'),
    session_id: id('s'),
    key: fc.constantFrom(`'a'`, `'b'`, `'c'`),
    value: TEXT,
    tags: NULLABLE,
    size: orNull(INTEGER),
    ...TIMES,
  },
  project_memory: { id: id('m'), project_path: PATH, key: fc.constantFrom(`'a'`, `'b'`, `'c'`), value: TEXT, ...TIMES },
  checkpoints: { id: id('k'), session_id: id('s'), name: TEXT, item_count: INTEGER, created_at: TIME },
  time_entries: {
    id: id('t'),
    project_path: PATH,
    issue_id: orNull(id('i')),
    hours: fc.constantFrom('1', '0.1', '1e-6', '1e300', '3.0'),
    description: TEXT,
    work_date: TEXT,
    ...TIMES,
  },
  session_projects: { session_id: id('s'), project_path: PATH, added_at: TIME },
  issue_projects: { issue_id: id('i'), project_path: PATH },
  issue_labels: { issue_id: id('i'), label: TEXT, id: orNull(TEXT) },
  issue_dependencies: { issue_id: id('i'), depends_on_id: id('i'), dependency_type: NULLABLE, created_at: TIME },
  checkpoint_items: { checkpoint_id: id('k'), context_item_id: id('c'), group_name: NULLABLE, group_order: INTEGER },
};
const PAIRS = new Set(['session_projects', 'issue_projects', 'issue_labels', 'issue_dependencies', 'checkpoint_items']);

function writesOf(table: string): fc.Arbitrary<string> {
  const columns = TABLES[table] ?? {};
  const names = Object.keys(columns);
  const row = fc.tuple(...Object.values(columns));
  const where = row.map((values) =>
    names
      .slice(0, PAIRS.has(table) ? 2 : 1)
      .map((name, index) => `${name} = ${values[index] ?? 'NULL'}`)
      .join(' AND '),
  );
  const owner = row.map((values) => `${names[0] ?? ''} = ${values[0] ?? ''}`);
  const insert = fc
    .tuple(fc.constantFrom('INSERT', 'INSERT OR IGNORE', 'REPLACE'), row)
    .map(([verb, values]) => `${verb} INTO ${table} (${names.join(', ')}) VALUES (${values.join(', ')})`);
  const upsert = fc
    .tuple(row, fc.nat(names.length - 1))
    .map(
      ([values, at]) =>
        `INSERT INTO ${table} (${names.join(', ')}) VALUES (${values.join(', ')}) ` +
        `ON CONFLICT DO UPDATE SET ${names[at] ?? ''} = excluded.${names[at] ?? ''}`,
    );
  const update = fc
    .tuple(fc.constantFrom('UPDATE', 'UPDATE OR IGNORE', 'UPDATE OR REPLACE'), fc.nat(names.length - 1), row, owner)
    .map(([verb, at, values, which]) => `${verb} ${table} SET ${names[at] ?? ''} = ${values[at] ?? ''} WHERE ${which}`);
  const remove = where.map((which) => `DELETE FROM ${table} WHERE ${which}`);
  return fc.oneof(
    { weight: 4, arbitrary: insert },
    { weight: 1, arbitrary: upsert },
    { weight: 3, arbitrary: update },
    { weight: 2, arbitrary: remove },
  );
}

function writesOn(tables: readonly string[], ...foreignKeys: readonly string[]): fc.Arbitrary<string> {
  return fc
    .tuple(fc.constantFrom(...foreignKeys), fc.constantFrom('OFF', 'OFF', 'ON'), fc.oneof(...tables.map(writesOf)))
    .map(
      ([foreign, recursive, sql]) =>
        `PRAGMA foreign_keys = ${foreign}; PRAGMA recursive_triggers = ${recursive}; ${sql}`,
    );
}

/** Any write of another program on any table, with or without foreign keys. Some of them fail, as they may. */
export const anyWrite = writesOn(Object.keys(TABLES), 'ON', 'ON', 'OFF');

/** Writes on sessions and what belongs to them, where nothing keeps a row from being without its session. */
export const writesOnFamilies = writesOn(['sessions', 'context_items', 'checkpoints'], 'OFF', 'OFF', 'ON');
