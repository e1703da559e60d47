import fc from 'fast-check';
import { cpSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { SyncError } from '../../src/errors.js';
import { expectAgreement } from '../knowledge/agreement.js';
import { Replica, exchange, filesOf, snapshot, withoutStamps } from './helpers.js';
import type { Files } from './helpers.js';
import { seed } from './seed.js';
import { anyWrite, writesOnFamilies } from './writes.js';
import { cases } from '../setup/long.js';

const withoutEmpty = (files: Files): Files =>
  Object.fromEntries(Object.entries(files).filter(([, text]) => text !== ''));

/** Runs what can be run: a write that a constraint forbids is none. */
function attempt(replica: Replica, sql: string): void {
  try {
    replica.run(sql);
  } catch (error) {
    if (!(error instanceof SyncError)) throw error;
  }
}

describe('P11 incremental and full exports', () => {
  it.each([
    ['on any tables', anyWrite],
    ['on sessions and what belongs to them', writesOnFamilies],
  ])('end in equal bytes after any writes %s', (_, write) => {
    fc.assert(
      fc.property(
        fc.array(fc.array(write, { minLength: 1, maxLength: 6 }), { minLength: 1, maxLength: 8 }),
        (rounds) => {
          const replica = new Replica();
          seed(replica);
          for (const writes of rounds) {
            for (const sql of writes) attempt(replica, sql);
            replica.export();
            expectAgreement(replica);
          }
          // A database that knows nothing but the files says the same.
          const fresh = new Replica();
          fresh.pull(replica);
          fresh.import();
          exchange(fresh, replica);
          expect(fresh.files()).toEqual(replica.files());
          expect(fresh.export({ full: true }).files).toEqual([]);
          expect(replica.export({ full: true }).files).toEqual([]);
        },
      ),
      { numRuns: cases(10) },
    );
  });

  it('into another folder are the same', () => {
    fc.assert(
      fc.property(fc.array(anyWrite, { maxLength: 25 }), (writes) => {
        const replica = new Replica();
        seed(replica);
        replica.export();
        for (const sql of writes) attempt(replica, sql);
        replica.export();
        const dir = join(replica.folder, 'full');
        expect(replica.exporter({ dir }).export({ full: true }).refused).toEqual([]);
        // One version has one stamp in all targets. A file that was never needed is not made.
        expect(withoutEmpty(filesOf(dir))).toEqual(withoutEmpty(replica.files()));
        const copy = join(replica.folder, 'copy');
        cpSync(replica.dir, copy, { recursive: true });
        expect(replica.exporter({ dir: copy }).export({ full: true }).files).toEqual([]);
      }),
      { numRuns: cases(6) },
    );
  });

  it('write only what changed: other lines keep their bytes, other files their inode', () => {
    const replica = new Replica();
    seed(replica);
    replica.export();
    const [before, files] = [replica.lines('issues.jsonl'), snapshot(replica.dir)];
    replica.run(`UPDATE issues SET title = 'new' WHERE id = 'i2'`);
    const stats = replica.export();
    expect(stats.files.map(({ name }) => name)).toEqual(['issues.jsonl']);
    expect(stats.total).toEqual({ written: 1, deleted: 0, unchanged: 0 });
    const after = replica.lines('issues.jsonl');
    expect(after.filter((line) => before.includes(line))).toEqual([before[0], before[2]]);
    const others = Object.entries(snapshot(replica.dir)).filter(([name]) => name !== 'issues.jsonl');
    expect(files).toMatchObject(Object.fromEntries(others));
  });

  it('take an edit that came to nothing as none', () => {
    const replica = new Replica();
    seed(replica);
    replica.export();
    const files = snapshot(replica.dir);
    replica.run(`UPDATE issues SET title = 'x'; UPDATE issues SET title = 'one' WHERE id = 'i1';
      UPDATE issues SET title = 'two' WHERE id = 'i2'; UPDATE issues SET title = 'three' WHERE id = 'i3';
      UPDATE context_items SET synced_at = 5, embedding_status = 'done'`);
    expect(replica.pending()).toEqual({ issue: 3, context_item: 3 });
    expect(replica.export().total).toEqual({ written: 0, deleted: 0, unchanged: 6 });
    expect(snapshot(replica.dir)).toEqual(files);
    expect(replica.pending()).toEqual({});
  });

  it('have a greater stamp for a changed row whatever the clock says', () => {
    const replica = new Replica();
    seed(replica);
    replica.export();
    const first = replica.files();
    replica.clock = 1_000_000_000_000;
    replica.run(`UPDATE issues SET title = 'from the past' WHERE id = 'i1'; DELETE FROM issues WHERE id = 'i3'`);
    replica.export();
    const stamp = (files: string | undefined, pattern: RegExp): string => pattern.exec(files ?? '')?.[1] ?? '';
    const line = /"id":"i1".*"exported_at":"([^"]*)"/;
    const [before, after] = [stamp(first['issues.jsonl'], line), stamp(replica.files()['issues.jsonl'], line)];
    expect(Date.parse(after)).toBe(Date.parse(before) + 1);
    const deleted = stamp(replica.files()['deletions.jsonl'], /"deleted_at":"([^"]*)"/);
    expect(Date.parse(deleted)).toBe(Date.parse(before) + 1);
    expect(withoutStamps(first)['plans.jsonl']).toBe(withoutStamps(replica.files())['plans.jsonl']);
  });
});
