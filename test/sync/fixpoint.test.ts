import { createHash } from 'node:crypto';
import { readFileSync } from 'node:fs';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { sync } from '../../src/sync/sync.js';
import { ATLAS, Replica, dump, snapshot, touch } from './helpers.js';
import { seed } from './seed.js';

/** What must not change: files, rows, and every page of the database. */
interface State {
  readonly files: Readonly<Record<string, string>>;
  readonly rows: Readonly<Record<string, readonly string[]>>;
  readonly pages: string;
  readonly version: unknown;
}

function stateOf(replica: Replica): State {
  const rows = dump(replica.other, /./);
  const version = replica.value('PRAGMA data_version');
  replica.rows('PRAGMA wal_checkpoint(TRUNCATE)');
  const pages = createHash('sha256').update(readFileSync(replica.path)).digest('hex');
  return { files: snapshot(replica.dir), rows, pages, version };
}

function settled(): Replica {
  const replica = new Replica({ fixture: 'full/before.db', project: ATLAS });
  replica.export();
  replica.import();
  return replica;
}

const ACTIONS: Readonly<Record<string, (replica: Replica) => void>> = {
  'a status': (replica) => {
    expect(replica.status().inSync).toBe(true);
  },
  'a second export': (replica) => {
    expect(replica.export().total).toEqual({ written: 0, deleted: 0, unchanged: 0 });
  },
  'a dry export': (replica) => {
    replica.exporter().export({ dryRun: true, full: true });
  },
  'a full export': (replica) => {
    expect(replica.export({ full: true }).files).toEqual([]);
  },
  'a no-op import': (replica) => {
    expect(replica.import().notices).toEqual([]);
  },
  'an import by any strategy': (replica) => {
    for (const strategy of ['three-way', 'prefer-newer', 'prefer-local'] as const) {
      const { total } = replica.import({ strategy });
      expect(
        Object.values(total).every((count) => count === 0),
        strategy,
      ).toBe(true);
    }
  },
  'a second sync': (replica) => {
    const options = { projectPath: replica.project, dir: replica.dir, now: () => (replica.clock += 1000) };
    expect(sync(replica.store, options).inSync).toBe(true);
  },
  'a second init': (replica) => {
    expect(replica.store.init()).toEqual([]);
  },
};

describe('P12 nothing is changed by', () => {
  it.each(Object.entries(ACTIONS))('%s', (_, act) => {
    const replica = settled();
    const before = stateOf(replica);
    act(replica);
    expect(stateOf(replica)).toEqual(before);
    act(replica);
    expect(stateOf(replica)).toEqual(before);
  });

  it('an import that takes every version of the files', () => {
    const replica = settled();
    const { files, rows } = stateOf(replica);
    const { total } = replica.import({ strategy: 'prefer-external' });
    expect(Object.values(total).every((count) => count === 0)).toBe(true);
    expect(stateOf(replica)).toMatchObject({ files, rows });
  });

  it('a look at files that cannot be settled: an orphan, an unknown type, a line of somebody else', () => {
    const replica = settled();
    const orphan =
      '{"type":"context_item","id":"orphan","session_id":"nobody","key":"k","value":"","category":null,"priority":null,' +
      '"channel":null,"tags":null,"size":null,"created_at":1,"updated_at":1,"v":1,"content_hash":"x","exported_at":"2030-01-01T00:00:00Z"}';
    replica.edit('context_items.jsonl', (text) => `${text}${orphan}\n{"type":"dream","id":"d"}\n`);
    replica.import();
    replica.export();
    replica.import();
    const before = stateOf(replica);
    for (let round = 0; round < 2; round++) {
      expect(replica.status().entities.context_item.orphans).toBe(1);
      expect(replica.import().context_item.orphaned).toBe(1);
      replica.export();
      replica.export({ full: true });
      expect(stateOf(replica)).toEqual(before);
    }
    expect(replica.lines('context_items.jsonl').at(-1)).toBe('{"type":"dream","id":"d"}');
    expect(replica.lines('context_items.jsonl')).toContain(orphan);
  });

  it('a failed import', () => {
    const replica = settled();
    replica.edit('issues.jsonl', (text) => text.replace('"priority":2', '"priority":9'));
    const before = stateOf(replica);
    expect(() => replica.import()).toThrow('problem');
    expect(stateOf(replica)).toEqual(before);
  });
});

describe('P14 modification times', () => {
  it('decide nothing', () => {
    fc.assert(
      fc.property(fc.array(fc.integer({ min: 0, max: 4_000_000_000 }), { minLength: 8, maxLength: 8 }), (times) => {
        const [a, b] = [new Replica(), new Replica()];
        seed(a);
        a.export();
        b.pull(a);
        touch(b.dir, (index) => times[index % times.length] ?? 0);
        expect(b.import().total).toMatchObject({ created: 17, updated: 0 });
        touch(b.dir, (index) => times[(index + 3) % times.length] ?? 0);
        expect(b.import().total).toMatchObject({ created: 0, updated: 0, restored: 0 });
        expect(b.status().inSync).toBe(true);
        const files = b.files();
        b.export({ full: true });
        expect(b.files()).toEqual(files);
        // An older time on a newer file, and the reverse.
        b.run(`UPDATE issues SET title = 'b', updated_at = updated_at + 1 WHERE id = 'i1'`);
        b.export();
        a.pull(b);
        touch(a.dir, (index) => times[index % times.length] ?? 0);
        expect(a.import().total).toMatchObject({ created: 0, updated: 1 });
        expect(a.value(`SELECT title FROM issues WHERE id = 'i1'`)).toBe('b');
      }),
      { numRuns: 10 },
    );
  });
});
