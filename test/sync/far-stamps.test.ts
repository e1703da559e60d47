import { writeFileSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';

import { driveMerge, mergeData } from '../../src/git/drive-merge.js';
import { resolveFolder } from '../../src/git/resolve.js';
import { readJsonl, writeJsonl } from '../../src/index.js';
import { Records } from '../../src/sync/records.js';
import { latestStamp } from '../../src/record/stamp.js';
import { Replica, exchange, named, snapshot, thrownBy, temporaryFolder, withoutStamps } from './helpers.js';
import { savecontext } from '../../src/savecontext/registry.js';

const LAST = '9999-12-31T23:59:59.999Z';
const LAST_CLOCK = Date.parse('9990-01-01T00:00:00Z');

const put = (replica: Replica, id: string, value: string): unknown =>
  new Records(replica.store, replica.project).put('memory', id, { key: id, value });
const withStamp = (line: string, stamp: string): string =>
  line.replace(/"(exported_at|deleted_at)":"[^"]*"/, (_, name: string) => `"${name}":"${stamp}"`);
const yearsFrom = ({ clock }: Replica, years: number): string =>
  new Date(clock + years * 365.25 * 86_400_000).toISOString();
const stampOf = (replica: Replica, id: string): number =>
  Date.parse(String(replica.record('memories.jsonl', id)?.['exported_at']));

/** Replicas that took a line from the end of time in, before such lines were refused. */
function withFarLine(): readonly [Replica, Replica] {
  const replicas = [new Replica(), new Replica()] as const;
  const [first] = replicas;
  put(first, 'm', 'far');
  put(first, 'other', 'x');
  first.export();
  first.edit('memories.jsonl', (text) => withStamp(text, LAST));
  for (const replica of replicas) {
    replica.pull(first);
    replica.import({ now: () => LAST_CLOCK });
    expect(replica.status().entities.total.pendingExport).toBe(0);
  }
  return replicas;
}

describe('a stamp more than 100 years ahead', () => {
  it('is bad input, in a line and in a deletion, and changes nothing', () => {
    const [from, replica] = [new Replica(), new Replica()];
    put(from, 'm', 'v');
    put(from, 'gone', 'v');
    from.export();
    new Records(from.store, from.project).remove('memory', 'gone');
    from.export();
    for (const name of ['memories.jsonl', 'deletions.jsonl']) {
      for (const [years, isTaken] of [
        [101, false],
        [7000, false],
        [99, true],
      ] as const) {
        replica.pull(from);
        replica.edit(name, (text) => withStamp(text, yearsFrom(replica, years)));
        const before = snapshot(replica.dir);
        if (isTaken) {
          replica.import();
          continue;
        }
        const error = thrownBy(() => replica.import());
        expect(error).toMatchObject({ code: 'bad_input' });
        expect(error.details.join()).toMatch(new RegExp(`${name}:1: (exported|deleted)_at is .*100 years`));
        expect(snapshot(replica.dir)).toEqual(before);
        expect(replica.value('SELECT count(*) FROM project_memory WHERE id = ?', 'gone')).toBe(0n);
      }
    }
  });

  it('keeps no other record back: its line is skipped, and stays as it is', () => {
    const [from, replica] = [new Replica(), new Replica()];
    for (const id of ['l', 'm', 'n']) put(from, id, 'v');
    exchange(from, replica);
    const mine = replica.lines('memories.jsonl')[1] ?? '';
    const far = withStamp(mine, LAST);
    const grave = `{"entity_type":"memory","entity_id":"n","project_path":".","deleted_at":"${LAST}","deleted_by":"eve"}`;
    replica.edit('memories.jsonl', (text) => text.replace(mine, far));
    replica.write('deletions.jsonl', `${grave}\n`);
    expect(named(replica.import({ skipInvalid: true }), 'skipped')).toEqual(['skipped memory/m', 'skipped memory/n']);
    for (let round = 0; round < 3; round++) {
      for (const id of ['l', 'm', 'n']) put(replica, id, `new ${round}`);
      replica.export();
      expect(replica.lines('memories.jsonl').map((line) => (JSON.parse(line) as { id: string }).id)).toEqual([
        'l',
        'm',
        'n',
        'm',
      ]);
      expect(replica.lines('memories.jsonl').at(-1)).toBe(far);
      expect(replica.lines('deletions.jsonl')).toEqual([grave]);
      replica.import({ skipInvalid: true });
    }
  });

  it.each([
    ['an edit', (replica: Replica) => put(replica, 'm', 'new')],
    ['a full export', () => undefined],
    [
      'an edit after the file was thrown away',
      (replica: Replica) => (replica.write('memories.jsonl', ''), put(replica, 'm', 'new')),
    ],
  ])('that was taken in before is healed by %s, and every clone takes the healed version', (_, change) => {
    const [a, b] = withFarLine();
    const fresh = new Replica();
    put(a, 'other', 'y');
    a.export();
    expect(a.record('memories.jsonl', 'm')?.['exported_at']).toBe(LAST);
    change(a);
    a.import();
    a.export({ full: true });
    expect(stampOf(a, 'm')).toBeLessThan(latestStamp(a.clock));
    expect(a.lines('memories.jsonl')).toHaveLength(2);
    put(b, 'mine', 'z');
    for (const replica of [b, fresh, a, b, fresh]) {
      replica.pull(replica === b ? a : b);
      replica.import();
      replica.export();
    }
    expect(withoutStamps(b.files())).toEqual(withoutStamps(a.files()));
    const healed = a.record('memories.jsonl', 'm');
    for (const replica of [a, b, fresh]) {
      expect(replica.record('memories.jsonl', 'm')).toEqual(healed);
      put(replica, 'm', replica.folder);
      replica.export();
    }
  });

  it('of a deletion that was taken in before is healed by the next export, and the record can be made again', () => {
    const [replica] = withFarLine();
    new Records(replica.store, replica.project).remove('memory', 'm');
    replica.run(`UPDATE scsync_tombstones SET deleted_at = ${LAST_CLOCK}`);
    replica.export();
    const deleted = Date.parse(String(replica.record('deletions.jsonl', 'm')?.['deleted_at']));
    expect(deleted).toBeLessThan(latestStamp(replica.clock));
    expect(replica.export({ full: true }).total).toMatchObject({ written: expect.any(Number) as number });
    put(replica, 'm', 'again');
    replica.export();
    expect(stampOf(replica, 'm')).toBeLessThan(latestStamp(replica.clock));
    expect(replica.deletions()).toEqual([]);
  });

  it('is never what a merge makes of two sides: the line is left between markers', () => {
    const [folder, replica] = [temporaryFolder(), new Replica()];
    put(replica, 'm', 'v');
    replica.export();
    const [line = ''] = replica.lines('memories.jsonl');
    const ours = line.replace('"v"', '"ours"');
    const sides = { base: `${line}\n`, ours: `${ours}\n`, theirs: `${withStamp(line, LAST)}\n` };
    for (const [name, text] of Object.entries(sides)) writeFileSync(join(folder, name), text);
    const { problems } = driveMerge(
      savecontext,
      { base: 'base', ours: 'ours', theirs: 'theirs', path: 'memories.jsonl' },
      folder,
      replica.clock,
    );
    expect(problems.join()).toMatch(/theirs:1: exported_at/);
    expect(readFileSync(join(folder, 'ours'), 'utf8')).toContain('<<<<<<<');
    expect(mergeData(savecontext, 'memories.jsonl', sides, replica.clock).problems).toEqual(problems);
    replica.write('memories.jsonl', `${sides.ours}${sides.theirs}`);
    const healed = resolveFolder(savecontext, undefined, replica.dir, { now: replica.clock, dryRun: false });
    expect(healed.files).toMatchObject([
      { name: 'memories.jsonl', problems: [expect.stringContaining('exported_at')] },
    ]);
  });

  it('is neither read nor written by the helpers for files', () => {
    const replica = new Replica();
    put(replica, 'm', 'v');
    replica.export();
    const path = join(replica.dir, 'memories.jsonl');
    const records = readJsonl(path);
    expect(() => {
      writeJsonl(
        path,
        records.map((record) => ({ ...record, exported_at: LAST })),
      );
    }).toThrow(/100 years/);
    replica.edit('memories.jsonl', (text) => withStamp(text, LAST));
    expect(thrownBy(() => readJsonl(path)).details.join()).toMatch(/100 years/);
  });

  it('is the bound of every clock, and can be written', () => {
    fc.assert(
      fc.property(fc.integer({ min: 0, max: Date.parse('9800-01-01') }), (now) => {
        const latest = latestStamp(now);
        expect(latest - now).toBeGreaterThan(99 * 365 * 86_400_000);
        expect(() => new Date(latest).toISOString()).not.toThrow();
      }),
      { numRuns: 100 },
    );
  });
});
