import { execFileSync } from 'node:child_process';
import { describe, expect, it } from 'vitest';
import { Replica } from '../sync/helpers.js';
import { seed } from '../sync/seed.js';
import { expectAgreement } from './agreement.js';

interface TableCase {
  readonly table: string;
  /** The type whose record a row belongs to. */
  readonly type: string;
  /** A row that the seed made. */
  readonly where: string;
  /** A column and a value that it does not have. */
  readonly change: (n: number) => readonly [string, string];
  /** A new row. */
  readonly fresh: (n: number) => Readonly<Record<string, string>>;
  /** True where rows have an id of their own that can be changed. */
  readonly hasKey?: true;
}

const row = { created_at: '1', updated_at: '1' };
const CASES: readonly TableCase[] = [
  {
    table: 'sessions',
    type: 'session',
    where: `id = 's2'`,
    change: (n) => ['name', `'n${n}'`],
    fresh: (n) => ({ id: `'s-${n}'`, name: `''`, project_path: ':project', ...row }),
    hasKey: true,
  },
  {
    table: 'plans',
    type: 'plan',
    where: `id = 'p2'`,
    change: (n) => ['title', `'n${n}'`],
    fresh: (n) => ({ id: `'p-${n}'`, project_id: `'proj_1'`, project_path: ':project', title: `''`, ...row }),
    hasKey: true,
  },
  {
    table: 'issues',
    type: 'issue',
    where: `id = 'i3'`,
    change: (n) => ['details', `'n${n}'`],
    fresh: (n) => ({ id: `'i-${n}'`, project_path: ':project', title: `''`, ...row }),
    hasKey: true,
  },
  {
    table: 'context_items',
    type: 'context_item',
    where: `id = 'c3'`,
    change: (n) => ['value', `'n${n}'`],
    fresh: (n) => ({ id: `'c-${n}'`, session_id: `'s1'`, key: `'k${n}'`, value: `''`, ...row }),
    hasKey: true,
  },
  {
    table: 'project_memory',
    type: 'memory',
    where: `id = 'm2'`,
    change: (n) => ['value', `'n${n}'`],
    fresh: (n) => ({ id: `'m-${n}'`, project_path: ':project', key: `'k${n}'`, value: `''`, ...row }),
    hasKey: true,
  },
  {
    table: 'checkpoints',
    type: 'checkpoint',
    where: `id = 'k3'`,
    change: (n) => ['git_status', `'n${n}'`],
    fresh: (n) => ({ id: `'k-${n}'`, session_id: `'s1'`, name: `''`, created_at: '1' }),
    hasKey: true,
  },
  {
    table: 'time_entries',
    type: 'time_entry',
    where: `id = 't2'`,
    change: (n) => ['hours', `${n}.5`],
    fresh: (n) => ({
      id: `'t-${n}'`,
      project_path: ':project',
      hours: '1',
      description: `''`,
      work_date: `''`,
      ...row,
    }),
    hasKey: true,
  },
  {
    table: 'session_projects',
    type: 'session',
    where: `project_path = (SELECT max(project_path) FROM session_projects WHERE project_path LIKE '/else%')`,
    change: (n) => ['project_path', `'/elsewhere/${n}'`],
    fresh: (n) => ({ session_id: `'s2'`, project_path: `'/x/${n}'`, added_at: '1' }),
  },
  {
    table: 'issue_projects',
    type: 'issue',
    where: `project_path = (SELECT max(project_path) FROM issue_projects WHERE project_path LIKE '/else%')`,
    change: (n) => ['project_path', `'/elsewhere/${n}'`],
    fresh: (n) => ({ issue_id: `'i2'`, project_path: `'/x/${n}'` }),
  },
  {
    table: 'issue_labels',
    type: 'issue',
    where: `id = 'l1'`,
    change: (n) => ['label', `'n${n}'`],
    fresh: (n) => ({ id: `'l-${n}'`, issue_id: `'i2'`, label: `'x${n}'` }),
  },
  {
    table: 'issue_dependencies',
    type: 'issue',
    where: `id = 'd1'`,
    change: (n) => ['dependency_type', `'n${n}'`],
    fresh: (n) => ({
      id: 'NULL',
      issue_id: `'i2'`,
      depends_on_id: `'i${n === 0 ? 1 : n === 4 ? 2 : 3}'`,
      created_at: `${n}`,
    }),
  },
  {
    table: 'checkpoint_items',
    type: 'checkpoint',
    where: `id = 'ki1'`,
    change: (n) => ['group_name', `'n${n}'`],
    fresh: (n) => ({ id: `'ki-${n}'`, checkpoint_id: `'k2'`, context_item_id: `'c${n === 0 ? 1 : n === 4 ? 2 : 3}'` }),
  },
];

/** How another program writes. */
type Writer = (replica: Replica, sql: string) => void;
const WRITERS: Readonly<Record<string, Writer>> = {
  'another connection': (replica, sql) => replica.run(sql),
  'a connection with recursive triggers and without foreign keys': (replica, sql) => {
    replica.connection().exec(`PRAGMA foreign_keys = OFF; PRAGMA recursive_triggers = ON; ${literal(replica, sql)}`);
  },
  ...(hasSqlite() ? { 'the sqlite3 command line': shell } : {}),
};

const literal = (replica: Replica, sql: string): string => sql.replaceAll(':project', `'${replica.project}'`);

function shell(replica: Replica, sql: string): void {
  execFileSync('sqlite3', ['-bail', replica.path, literal(replica, sql)], { stdio: 'pipe' });
}

function hasSqlite(): boolean {
  try {
    execFileSync('sqlite3', ['--version'], { stdio: 'pipe' });
    return true;
  } catch {
    return false;
  }
}

/** Every kind of write; `n` makes values new. */
function writes(
  { table, where, change, fresh, hasKey }: TableCase,
  columns: readonly string[],
): [string, (n: number) => string][] {
  const insert = (verb: string, n: number): string => {
    const values = fresh(n);
    return `${verb} INTO ${table} (${Object.keys(values).join(', ')}) VALUES (${Object.values(values).join(', ')})`;
  };
  const changed = (n: number): string => {
    const [column, value] = change(n);
    return columns.map((name) => (name === column ? value : name)).join(', ');
  };
  const all = columns.join(', ');
  return [
    ['INSERT', (n) => insert('INSERT', n)],
    ['UPDATE', (n) => `UPDATE ${table} SET ${change(n).join(' = ')} WHERE ${where}`],
    ['UPDATE OR REPLACE', (n) => `UPDATE OR REPLACE ${table} SET ${change(n).join(' = ')} WHERE ${where}`],
    [
      'INSERT OR REPLACE',
      (n) => `INSERT OR REPLACE INTO ${table} (${all}) SELECT ${changed(n)} FROM ${table} WHERE ${where}`,
    ],
    ['INSERT OR IGNORE', (n) => insert('INSERT OR IGNORE', n)],
    [
      'UPSERT',
      (n) =>
        `INSERT INTO ${table} (${all}) SELECT ${all} FROM ${table} WHERE ${where} AND true ` +
        `ON CONFLICT DO UPDATE SET ${change(n).join(' = ')}`,
    ],
    ...(hasKey === true
      ? ([
          ['UPDATE of the key', (n) => `UPDATE ${table} SET id = 'id-${n}' WHERE ${where}; `],
          ['UPDATE of the key back', () => `UPDATE ${table} SET ${where} WHERE id LIKE 'id-%'`],
        ] as [string, (n: number) => string][])
      : []),
    ['DELETE', () => `DELETE FROM ${table} WHERE ${where}`],
    ['REPLACE INTO', (n) => insert('REPLACE', n)],
  ];
}

describe.each(Object.entries(WRITERS))('P9 %s', (_, write) => {
  it.each(CASES.map((one) => [one.table, one] as const))('marks the owner of every row written in %s', (table, one) => {
    const replica = new Replica();
    seed(replica);
    const columns = replica.rows(`SELECT name FROM pragma_table_info('${table}')`).map(([name]) => String(name));
    replica.run(`DELETE FROM issue_dependencies WHERE issue_id = 'i3' OR depends_on_id = 'i3'`);
    if (table === 'sessions')
      replica.run(`DELETE FROM context_items WHERE session_id = 's2'; DELETE FROM checkpoints WHERE session_id = 's2'`);
    replica.export();
    expect(replica.pending()).toEqual({});
    for (const [index, [kind, sql]] of writes(one, columns).entries()) {
      write(replica, sql(index));
      expect(replica.pending()[one.type] ?? 0, kind).toBeGreaterThan(0);
      expect(replica.export().files.length, kind).toBeGreaterThan(0);
      // A full export that finds nothing to do says that nothing is pending, too. The shell writes as another connection does.
      if (write !== shell) expectAgreement(replica);
    }
    expect(replica.pending()).toEqual({});
    expectAgreement(replica);
  });
});

describe('P9 every synced column', () => {
  /** Values that constraints ask for. */
  const VALUES: Readonly<Record<string, string>> = {
    session_id: `'s3'`,
    plan_id: `'p2'`,
    issue_id: `'i3'`,
    depends_on_id: `'i3'`,
    checkpoint_id: `'k2'`,
    context_item_id: `'c3'`,
    priority: '1',
    hours: '2.25',
    'time_entries.status': `'reviewed'`,
  };
  const UNSYNCED = /^(id|user_id|synced_at|is_synced|added_at|(fast_)?embed\w*|chunk_count|project_path|project_id)$/;

  it.each(CASES.map((one) => [one.table, one] as const))('of %s marks its record', (table, { where, type }) => {
    const replica = new Replica();
    seed(replica);
    replica.run(
      `INSERT INTO sessions (id, name, project_path, created_at, updated_at) VALUES ('s3', '', :project, 1, 1)`,
    );
    replica.export();
    const columns = replica
      .rows(`SELECT name, type FROM pragma_table_info('${table}')`)
      .map((found) => found.map(String));
    for (const [column = '', kind = ''] of columns) {
      if (UNSYNCED.test(column)) continue;
      const value = VALUES[`${table}.${column}`] ?? VALUES[column] ?? (kind === 'TEXT' ? `'other'` : '77');
      replica.run(`UPDATE ${table} SET ${column} = ${value} WHERE ${where}`);
      expect(replica.pending()[type], column).toBeGreaterThan(0);
      const before = replica.files();
      replica.export();
      expect(replica.files(), column).not.toEqual(before);
    }
    expectAgreement(replica);
  });
});
