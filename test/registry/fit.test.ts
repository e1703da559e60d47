import fc from 'fast-check';
import { describe, expect, it } from 'vitest';

import { integer, local, real, set, text } from '../../src/index.js';
import type { Entity, ElementFields } from '../../src/index.js';
import { savecontext } from '../../src/savecontext/registry.js';
import { misfits } from '../../src/store/check-fit.js';
import { ATLAS, Replica, thrownBy } from '../sync/helpers.js';
import { entityOf, makeClones, tableOf } from './own.js';

const nullable = { nullable: true } as const;
const t = (fields: Parameters<typeof entityOf>[1], more: Parameters<typeof entityOf>[2] = {}): readonly Entity[] => [
  entityOf('t', fields, more),
];
const tags = (element: ElementFields, more = {}): readonly Entity[] =>
  t({ tags: set({ table: 'tt', owner: 't', element, ...more }) });
const tagTable = (columns: string): string =>
  `${tableOf('t')}; CREATE TABLE tt (t TEXT NOT NULL REFERENCES t(id) ON DELETE CASCADE, ${columns})`;

const REFUSED: readonly [what: string, schema: string, define: () => readonly Entity[], says: string][] = [
  ['a time as text', tableOf('t', 'made TEXT'), () => t({ made: text() }, { created: 'made' }), 't.made'],
  ['a time that is no field', tableOf('t'), () => t({}, { updated: 'changed' }), 't.changed'],
  ['a time in seconds', `${tableOf('t')}; INSERT INTO t VALUES ('1', '/p', 1700000000)`, () => t({}), 't.u'],
  ['a time in microseconds', `${tableOf('t')}; INSERT INTO t VALUES ('1', '/p', 1700000000000000)`, () => t({}), 't.u'],
  ['another case of a name', tableOf('t', 'n TEXT'), () => t({ N: text(nullable) }), 't.N'],
  ['a key that is a number', tableOf('t', '', 'id INTEGER PRIMARY KEY'), () => t({}), 't.id'],
  ['a key that is not unique by itself', tableOf('t', '', 'id TEXT'), () => t({}), 't.id'],
  ['a key without case', tableOf('t', '', 'id TEXT PRIMARY KEY COLLATE NOCASE'), () => t({}), 't.id'],
  ['text where SQLite makes numbers of it', tableOf('t', 'x DATETIME'), () => t({ x: text(nullable) }), 't.x'],
  ['an integer in a column of reals', tableOf('t', 'x REAL'), () => t({ x: integer(nullable) }), 't.x'],
  ['a real in a column of text', tableOf('t', 'x TEXT'), () => t({ x: real(nullable) }), 't.x'],
  ['a generated column', tableOf('t', `x TEXT AS (id || '!') STORED`), () => t({ x: text(nullable) }), 't.x'],
  ['a column that an import cannot fill', tableOf('t', 'x TEXT NOT NULL'), () => t({}), 't.x'],
  ['NOT NULL where the registry says null', tableOf('t', 'x TEXT NOT NULL'), () => t({ x: text(nullable) }), 't.x'],
  ['a second unique column', tableOf('t', 'x TEXT UNIQUE'), () => t({ x: text(nullable) }), 't.x'],
  ['a title that is a number', tableOf('t', 'x INTEGER'), () => t({ x: integer(nullable) }, { title: 'x' }), 't.x'],
  [
    'a short id that is never null',
    tableOf('t', 'x TEXT NOT NULL'),
    () => t({ x: text() }, { shortId: { field: 'x' } }),
    't.x',
  ],
  [
    'a time since something that is text',
    tableOf('t', 'x TEXT, y TEXT'),
    () => t({ x: text(nullable), y: text(nullable) }, { since: [{ field: 'x', when: 'y', is: ['z'] }] }),
    't.x',
  ],
  [
    'a time of an element that is text',
    tagTable('tag TEXT NOT NULL, x TEXT'),
    () => tags({ tag: text(), x: text(nullable) }, { created: 'x' }),
    'tt.x',
  ],
  [
    'a unique expression',
    `${tableOf('t', 'x TEXT')}; CREATE UNIQUE INDEX i ON t (lower(x))`,
    () => t({ x: text(nullable) }),
    't.',
  ],
  [
    'an integer at the end of a natural key',
    tableOf('t', 'x INTEGER UNIQUE'),
    () => t({ x: integer(nullable) }, { naturalKey: ['x'] }),
    't.x',
  ],
  [
    'a foreign key that the registry does not name',
    tableOf('t', 'up TEXT REFERENCES t(id)'),
    () => t({ up: text(nullable) }),
    't.up',
  ],
  [
    'a foreign key to another column',
    tableOf('t', 'm TEXT UNIQUE, up TEXT REFERENCES t(m)'),
    () => t({ m: text(nullable), up: text(nullable) }, { references: { up: 't' }, naturalKey: ['m'] }),
    't.up',
  ],
  [
    'a parent that comes later',
    `${tableOf('t', 'x TEXT NOT NULL')}; ${tableOf('s')}`,
    () => [...t({ x: text() }, { parents: { x: 's' } }), entityOf('s', {})],
    't.x',
  ],
  [
    'a parent that nobody defines',
    tableOf('t', 'x TEXT NOT NULL'),
    () => t({ x: text() }, { parents: { x: 's' } }),
    't.x',
  ],
  [
    'a scope that is no coordinate',
    tableOf('t', 'x TEXT'),
    () => t({ x: text(nullable) }, { scope: { column: 'x' } }),
    't.x',
  ],
  [
    'elements that two columns identify',
    tagTable('tag TEXT NOT NULL, n INTEGER, PRIMARY KEY (t, tag, n)'),
    () => tags({ tag: text(), n: integer() }),
    'tt.tag',
  ],
  [
    'elements without case',
    tagTable('tag TEXT NOT NULL COLLATE NOCASE, PRIMARY KEY (t, tag)'),
    () => tags({ tag: text() }),
    'tt.tag',
  ],
  [
    'an element with a real',
    tagTable('tag TEXT NOT NULL, w REAL, PRIMARY KEY (t, tag)'),
    () => tags({ tag: text(), w: real(nullable) as never }),
    'tt.w',
  ],
  [
    'an element that may be null',
    tagTable('tag TEXT, PRIMARY KEY (t, tag)'),
    () => tags({ tag: text(nullable) }),
    'tt.tag',
  ],
  [
    'references by number',
    tagTable('tag INTEGER NOT NULL, PRIMARY KEY (t, tag)'),
    () => tags({ tag: integer() }, { references: 't' }),
    'tt.tag',
  ],
  [
    'a child row that an import cannot fill',
    tagTable('tag TEXT NOT NULL, x TEXT NOT NULL, PRIMARY KEY (t, tag)'),
    () => tags({ tag: text() }),
    'tt.x',
  ],
  [
    'a table of two sets',
    tagTable('tag TEXT NOT NULL, PRIMARY KEY (t, tag)'),
    () =>
      t({
        a: set({ table: 'tt', owner: 't', element: { tag: text() } }),
        b: set({ table: 'tt', owner: 't', element: { tag: text() } }),
      }),
    'tt',
  ],
  [
    'two entities in one file',
    `${tableOf('t')}; ${tableOf('s')}`,
    () => [...t({}), entityOf('s', {}, { file: 't.jsonl' })],
    't.jsonl',
  ],
];

describe('a registry that would give a wrong result is refused when the store is opened, with table and column', () => {
  it.each(REFUSED)('%s', (_, schema, define, says) => {
    const error = thrownBy(() => makeClones(schema, define()).clone('a'));
    expect(['usage', 'schema']).toContain(error.code);
    expect([error.message, ...error.details].join('\n')).toMatch(new RegExp(`\\b${says.replaceAll('.', '\\.')}`));
    expect(error.hint).toMatch(/registry|definition|database/);
  });

  it('but not those of SaveContext, made here or by the reference program', () => {
    expect(misfits(new Replica().store.sql, savecontext)).toEqual([]);
    expect(misfits(new Replica({ fixture: 'full/before.db', project: ATLAS }).store.sql, savecontext)).toEqual([]);
  });
});

describe('a registry that does not fit any more, since the program changed its tables or writes another unit of time', () => {
  it.each([
    ['UPDATE t SET u = 1700000000', 't.u'],
    ['CREATE UNIQUE INDEX i ON t (x)', 't.x'],
    ['ALTER TABLE t RENAME TO other', 't'],
  ])('%s: nothing is exported or imported, and status says so', (change, says) => {
    const { clone, files } = makeClones(tableOf('t', 'x TEXT'), t({ x: text(nullable) }));
    const a = clone('a');
    a.run(`INSERT INTO t VALUES ('1', :p, 'x', 1)`);
    a.export();
    const before = files();
    a.run(change);
    for (const work of [a.export, a.import, a.status]) {
      const error = thrownBy(() => work());
      expect(error.code).toBe('schema');
      expect([error.message, ...error.details].join('\n')).toContain(says);
    }
    expect(files()).toEqual(before);
  });
});

describe('what another schema may have', () => {
  it('elements that a number identifies, all 64 bits of it', () => {
    const schema = tagTable('tag INTEGER NOT NULL, PRIMARY KEY (t, tag)');
    const { clone } = makeClones(schema, tags({ tag: integer() }));
    const [a, b] = [clone('a'), clone('b')];
    a.run(`INSERT INTO t VALUES ('1', :p, 1)`);
    const anyTag = fc.oneof(
      fc.bigInt({ min: -(2n ** 63n), max: 2n ** 63n - 1n }),
      fc.integer({ min: -130, max: 130 }).map(BigInt),
    );
    const tagsOf = ({ sql }: typeof a): unknown[] => sql.all('SELECT tag FROM tt ORDER BY 1').map(([tag]) => tag);
    fc.assert(
      fc.property(fc.uniqueArray(anyTag, { maxLength: 8 }), fc.uniqueArray(anyTag, { maxLength: 3 }), (ours, more) => {
        a.run('DELETE FROM tt');
        for (const tag of ours) a.sql.run(`INSERT INTO tt VALUES ('1', ?)`, tag);
        a.export();
        b.import();
        expect(tagsOf(b)).toEqual(tagsOf(a));
        for (const tag of more) b.sql.run(`INSERT OR IGNORE INTO tt VALUES ('1', ?)`, tag);
        b.export();
        a.import();
        expect(tagsOf(a)).toEqual([...new Set([...ours, ...more])].sort((x, y) => (x < y ? -1 : 1)));
        expect(a.export({ full: true }).total.written).toBe(0);
      }),
      { numRuns: 15 },
    );
  });

  it('a time in an element that is no number: the merge does not count with it', () => {
    const schema = tagTable('tag TEXT NOT NULL, created_at TEXT, PRIMARY KEY (t, tag)');
    const { clone } = makeClones(schema, tags({ tag: text(), created_at: text(nullable) }));
    const [a, b] = [clone('a'), clone('b')];
    a.run(`INSERT INTO t VALUES ('1', :p, 1)`);
    a.export();
    b.import();
    a.run(`INSERT INTO tt VALUES ('1', 'x', '2024-01-01')`);
    b.run(`INSERT INTO tt VALUES ('1', 'x', '2024-01-02')`);
    a.export();
    expect(b.import().total.conflicts).toBe(1);
  });

  it.each(['', 'ON DELETE RESTRICT', 'ON DELETE CASCADE', 'ON DELETE SET DEFAULT', 'DEFERRABLE INITIALLY DEFERRED'])(
    'a reference that the database does not clear by itself (%s): an import clears it, and keeps the record',
    (rule) => {
      const schema = tableOf('t', `up TEXT REFERENCES t(id) ${rule}`);
      const { clone } = makeClones(schema, t({ up: text(nullable) }, { references: { up: 't' } }));
      const [a, b] = [clone('a'), clone('b')];
      a.run(`INSERT INTO t VALUES ('root', :p, NULL, 1), ('leaf', :p, NULL, 1)`);
      a.export();
      b.import();
      a.run(`DELETE FROM t WHERE id = 'root'`);
      b.run(`UPDATE t SET up = 'root', u = 2 WHERE id = 'leaf'; INSERT INTO t VALUES ('new', :p, 'root', 1)`);
      a.export();
      expect(b.import().total).toMatchObject({ deleted: 1 });
      b.export();
      a.import();
      for (const { sql } of [a, b]) {
        expect(sql.all('SELECT id, up FROM t ORDER BY 1')).toEqual([
          ['leaf', null],
          ['new', null],
        ]);
      }
    },
  );

  it.each(['WITHOUT ROWID', 'STRICT', 'STRICT, WITHOUT ROWID'])('a table that is %s', (kind) => {
    const { clone } = makeClones(`${tableOf('t', 'x TEXT')} ${kind}`, t({ x: text(nullable) }));
    const [a, b] = [clone('a'), clone('b')];
    a.run(`INSERT INTO t VALUES ('1', :p, 'x', 1)`);
    a.export();
    expect(b.import().total.created).toBe(1);
    if (kind.startsWith('STRICT')) return;
    a.run(`UPDATE t SET id = x'01'`);
    expect(thrownBy(() => a.export()).message).toMatch(/row X'01' of t: id .*BLOB/);
  });

  it('words of SQL as names that stand in no SQL: of a set, and of a local column', () => {
    const schema = tagTable('tag TEXT NOT NULL, PRIMARY KEY (t, tag)').replace('u INTEGER', '"order" TEXT, u INTEGER');
    const group = set({ table: 'tt', owner: 't', element: { tag: text() } });
    const { clone, files } = makeClones(schema, t({ group, order: local() }));
    const a = clone('a');
    a.run(`INSERT INTO t VALUES ('1', :p, 'mine', 1); INSERT INTO tt VALUES ('1', 'x')`);
    a.export();
    expect(files()['t.jsonl']).toContain('"group":["x"]');
  });

  it('an integer that no real holds exactly is named, not rounded', () => {
    const { clone } = makeClones(tableOf('t', 'x NUMERIC'), t({ x: real(nullable) }));
    const [a, b] = [clone('a'), clone('b')];
    a.run(`INSERT INTO t VALUES ('1', :p, 9007199254740993, 1)`);
    expect(thrownBy(() => a.export()).message).toMatch(/row "1" of t: x .*9007199254740993/);
    a.run('UPDATE t SET x = 9007199254740992');
    a.export();
    b.import();
    expect(b.sql.all('SELECT x FROM t')).toEqual([[9007199254740992n]]);
  });

  it('a local column that may not be null: it is empty in a row from elsewhere', () => {
    const { clone } = makeClones(tableOf('t', 'x TEXT NOT NULL, n INTEGER NOT NULL'), t({ x: local(), n: local() }));
    const [a, b] = [clone('a'), clone('b')];
    a.run(`INSERT INTO t VALUES ('1', :p, 'mine', 7, 1)`);
    a.export();
    b.import();
    expect(b.sql.all('SELECT id, x, n FROM t')).toEqual([['1', '', 0n]]);
  });

  it('a record that is its own parent', () => {
    const schema = tableOf('t', 'up TEXT NOT NULL REFERENCES t(id)');
    const { clone } = makeClones(schema, t({ up: text() }, { parents: { up: 't' } }));
    const [a, b] = [clone('a'), clone('b')];
    a.run(`INSERT INTO t VALUES ('z', :p, 'z', 1), ('a', :p, 'z', 1)`);
    a.export();
    expect(b.import().total).toMatchObject({ created: 2, orphaned: 0 });
    a.run(`DELETE FROM t WHERE id = 'a'; DELETE FROM t`);
    a.export();
    expect(b.import().total).toMatchObject({ deleted: 2 });
    expect(b.sql.all('SELECT id FROM t')).toEqual([]);
  });

  it('generated columns that nobody syncs, local and numbered ones', () => {
    const schema = `${tableOf('t', `x TEXT, g TEXT AS (x || '!') STORED, h TEXT AS (x || '?')`)};
      CREATE TABLE tt (n INTEGER PRIMARY KEY, t TEXT NOT NULL REFERENCES t(id), tag TEXT NOT NULL, UNIQUE (t, tag))`;
    const tt = set({ table: 'tt', owner: 't', element: { tag: text() } });
    const { clone } = makeClones(schema, t({ x: text(nullable), h: local(), tt }));
    const [a, b] = [clone('a'), clone('b')];
    expect(a.store.problems()).toEqual(['the column tt.n is not in the registry, so it is not synced']);
    a.run(`INSERT INTO t (id, p, x, u) VALUES ('1', :p, 'x', 1); INSERT INTO tt (t, tag) VALUES ('1', 'a')`);
    a.export();
    b.import();
    expect(b.sql.all('SELECT g, h, tag FROM t JOIN tt ON tt.t = t.id')).toEqual([['x!', 'x?', 'a']]);
  });
});
