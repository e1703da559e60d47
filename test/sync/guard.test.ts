import { readFileSync, readdirSync, statSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';

import fc from 'fast-check';
import { describe, expect, it } from 'vitest';

import { GuardedValues, findingsOf } from '../../src/sync/export/guard.js';
import type { Guard, NewValue } from '../../src/sync/export/guard.js';
import { setPrivate } from '../../src/sync/private.js';
import { Replica } from './helpers.js';

/** A guard that finds the word SECRET, and remembers what it was asked. */
function watching(): { guard: Guard; asked: NewValue[] } {
  const asked: NewValue[] = [];
  return {
    asked,
    guard: (values) => {
      asked.push(...values);
      return values.flatMap(({ type, id, field, text }) =>
        text.includes('SECRET') ? [{ type, id, field, what: 'the word' }] : [],
      );
    },
  };
}

const texts = (asked: readonly NewValue[]): string[] => asked.map(({ id, field, text }) => `${id} ${field} ${text}`);

function withIssue(): Replica {
  const replica = new Replica();
  replica.run(`INSERT INTO issues (id, project_path, title, details, created_at, updated_at)
               VALUES ('i1', :project, 'a title', 'details', 1, 1)`);
  return replica;
}

describe('a guard of exports', () => {
  it('is asked for values that the files never had, and for no others', () => {
    const replica = withIssue();
    const first = watching();
    replica.exporter({ guard: first.guard }).export();
    expect(texts(first.asked)).toEqual(expect.arrayContaining(['i1 title a title', 'i1 details details']));
    const second = watching();
    replica.run(
      `UPDATE issues SET title = 'another', updated_at = 2; INSERT INTO issue_labels VALUES ('l1', 'i1', 'new label')`,
    );
    replica.exporter({ guard: second.guard }).export();
    expect(texts(second.asked)).toEqual(['i1 title another', 'i1 labels new label']);
    const third = watching();
    replica.exporter({ guard: third.guard }).export({ full: true });
    expect(third.asked).toEqual([]);
  });

  it('stops the whole export, whatever else is forced, and names record and field', () => {
    const replica = withIssue();
    replica.export();
    const before = replica.files();
    replica.run(`UPDATE issues SET details = 'SECRET', updated_at = 2`);
    replica.run(
      `INSERT INTO project_memory (id, project_path, key, value, created_at, updated_at) VALUES ('m1', :project, 'k', 'v', 1, 1)`,
    );
    const { guard } = watching();
    for (const options of [{}, { force: true }, { full: true }, { dryRun: true }]) {
      expect(replica.exporter({ guard }).export(options).refused).toEqual([
        { type: 'issue', id: 'i1', field: 'details', what: 'the word', why: 'secret' },
      ]);
      expect(replica.files()).toEqual(before);
      expect(replica.pending()).toEqual({ issue: 1, memory: 1 });
    }
    replica.run(`UPDATE issues SET details = 'harmless', updated_at = 3`);
    expect(replica.exporter({ guard }).export()).toMatchObject({ refused: [], total: { written: 2 } });
  });

  it('is not asked again for what it let out, when the files lose it', () => {
    const replica = withIssue();
    const before = replica.files();
    replica.run(`UPDATE issues SET details = 'SECRET', updated_at = 2`);
    replica.export();
    for (const name of Object.keys(replica.files())) replica.write(name, before[name] ?? '');
    expect(replica.import().total.restored).toBe(1);
    const { guard, asked } = watching();
    expect(replica.exporter({ guard }).export()).toMatchObject({ refused: [], total: { written: 1 } });
    expect(asked).toEqual([]);
  });

  it('is asked for what a line really has: absolute lines lack extension fields, until the form changes', () => {
    const replica = withIssue();
    replica.setPaths('absolute');
    replica.run(`UPDATE issues SET close_reason = 'SECRET'`);
    const { guard, asked } = watching();
    expect(replica.exporter({ guard }).export()).toMatchObject({ refused: [], total: { written: 1 } });
    expect(texts(asked)).not.toContain('i1 close_reason SECRET');
    replica.setPaths('portable');
    expect(replica.exporter({ guard }).export().refused).toMatchObject([{ id: 'i1', field: 'close_reason' }]);
    expect(Object.values(replica.files()).join('')).not.toContain('SECRET');
  });

  it('is told what a value is called, and never sees private records', () => {
    const replica = new Replica();
    replica.write('sync.json', JSON.stringify({ private: [{ type: 'memory', where: { key: 'hidden' } }] }));
    for (const [id, key] of [
      ['m1', 'access_key'],
      ['m2', 'hidden'],
    ]) {
      replica.run(`INSERT INTO project_memory (id, project_path, key, value, created_at, updated_at)
                   VALUES ('${id ?? ''}', :project, '${key ?? ''}', 'SECRET', 1, 1)`);
    }
    const { guard, asked } = watching();
    expect(
      replica
        .exporter({ guard })
        .export()
        .refused.map(({ id }) => id),
    ).toEqual(['m1']);
    expect(asked.find(({ field }) => field === 'value')?.name).toBe('access_key');
    expect(asked.filter(({ id }) => id === 'm2')).toEqual([]);
  });

  it('is asked for unknown fields, for the ids of deletions and for who deleted', () => {
    const replica = withIssue();
    replica.fold();
    const { guard } = watching();
    const found = (actor?: string): string[] =>
      replica
        .exporter({ guard, ...(actor === undefined ? {} : { actor }) })
        .export()
        .refused.map(({ type, id, ...rest }) => `${type} ${id} ${'field' in rest ? rest.field : ''}`);
    replica.run(`UPDATE scsync_records SET unknown = '{"zz":{"deep":["SECRET"]}}' WHERE type = 'issue' AND id = 'i1'`);
    expect(found()).toEqual(['issue i1 zz']);
    replica.run(`UPDATE scsync_records SET unknown = NULL`);
    expect(found()).toEqual([]);
    replica.run(`INSERT INTO project_memory (id, project_path, key, value, created_at, updated_at)
                 VALUES ('SECRET', :project, 'k', 'v', 1, 1); DELETE FROM project_memory`);
    expect(found()).toEqual(['memory SECRET entity_id']);
    setPrivate(replica.store, replica.project, { type: 'memory', id: 'SECRET' }, true);
    expect(found()).toEqual([]);
    replica.run(`DELETE FROM issues`);
    expect(found('SECRET')).toEqual(['issue i1 deleted_by']);
    expect(found()).toEqual([]);
    expect(replica.deletions()).toEqual(['issue/i1']);
  });

  it('is told what another field calls a value', () => {
    const replica = withIssue();
    const key = 'wJalrXUtnFEMI/K7MDENG/bPxRfiCY';
    replica.run(`UPDATE issues SET title = 'AWS secret access key for prod', description = '${key}'`);
    const { guard, asked } = watching();
    replica.exporter({ guard }).export();
    const names = asked.filter(({ text }) => text === key).map(({ name }) => name);
    expect(names).toEqual(['description', 'AWS secret access key']);
  });

  it('is not asked for records that the team says have none, once that is accepted, and told the texts at once', () => {
    const replica = withIssue();
    replica.write('sync.json', JSON.stringify({ secrets: { allow: ['known'] } }));
    replica.export();
    replica.run(`UPDATE issues SET details = 'SECRET', updated_at = 2`);
    const told: string[][] = [];
    const guard: Guard = (values, known) => {
      told.push([...known]);
      return watching().guard(values, known);
    };
    replica.write('sync.json', JSON.stringify({ secrets: { allow: ['known', 'other', { type: 'issue', id: 'i1' }] } }));
    expect(replica.exporter({ guard }).export().refused).toHaveLength(1);
    expect(told).toEqual([['known', 'other']]);
    expect(replica.status().problems).toContain(
      'sync.json changed: secrets.allow has the issue "i1" (sc-sync private --accept accepts it)',
    );
    replica.accept();
    expect(replica.exporter({ guard }).export()).toMatchObject({ refused: [], total: { written: 1 } });
  });

  it.each([
    ['answers at once', false],
    ['looks while the export goes on', true],
  ])('is asked before anything is on the disk, where nobody else can read what waits there, and %s', (_, isLater) => {
    const replica = new Replica();
    replica.run(`WITH RECURSIVE n (i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < 4000)
      INSERT INTO project_memory (id, project_path, key, value, created_at, updated_at)
      SELECT 'm' || i, :project, 'k' || i, CASE WHEN i % 1000 = 500 THEN 'SECRET' ELSE '' END || printf('%.200c', 'v'), 1, 1 FROM n`);
    const looks: string[] = [];
    const { guard, asked } = watching();
    let unanswered = 0;
    const looking: Guard = (values, known) => {
      expect(unanswered).toBe(0);
      const findings = guard(values, known);
      for (const name of readdirSync(replica.dir).filter((each) => each.endsWith('.tmp'))) {
        const path = join(replica.dir, name);
        expect(statSync(path).mode & 0o777).toBe(0o600);
        looks.push(readFileSync(path, 'utf8'));
      }
      if (!isLater) return findings;
      unanswered++;
      return () => {
        unanswered--;
        return findingsOf(() => findings, values, known);
      };
    };
    const dry = replica.exporter().export({ dryRun: true });
    const { refused, files } = replica.exporter({ guard: looking }).export();
    expect(refused).toHaveLength(4);
    expect(unanswered).toBe(0);
    expect(files).toEqual(dry.files);
    expect(asked.length).toBeGreaterThan(4000);
    expect(looks.length).toBeGreaterThan(4);
    expect(looks.filter((text) => text.includes('SECRET'))).toEqual([]);
    replica.export();
    writeFileSync(join(replica.dir, 'new'), '');
    const modeOf = (name: string): number => statSync(join(replica.dir, name)).mode;
    expect(modeOf('memories.jsonl')).toBe(modeOf('new'));
  });

  it('gets every value once, in batches', () => {
    const size = fc.integer({ min: 0, max: 200_000 });
    fc.assert(
      fc.property(fc.array(size, { maxLength: 8 }), (sizes) => {
        const values = sizes.map((length, n) => ({
          type: 't',
          id: String(n),
          field: 'f',
          name: 'f',
          text: 'x'.repeat(length),
        }));
        const batches: string[][] = [];
        const found: string[] = [];
        const guarded = new GuardedValues(
          (batch) => {
            batches.push(batch.map(({ id }) => id));
            return batch.map(({ type, id, field }) => ({ type, id, field, what: '' }));
          },
          { texts: [], records: [] },
          ({ id }) => found.push(id),
        );
        for (const value of values) guarded.add([value]);
        guarded.flush();
        expect(batches.flat()).toEqual(values.map(({ id }) => id));
        expect(found).toEqual(batches.flat());
        expect(batches.every((batch) => batch.length > 0)).toBe(true);
        const total = sizes.reduce((sum, each) => sum + each, 0);
        expect(batches.length).toBeLessThanOrEqual(Math.floor(total / (1 << 16)) + 1);
      }),
      { numRuns: 20 },
    );
  });
});
