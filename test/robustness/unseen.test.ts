import * as fc from 'fast-check';
import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { foldLog } from '../../src/store/knowledge/change-log.js';
import { describe, expect, it } from 'vitest';

import { add, deletion, dump, file, filesIn, line, makeWorld, synced, temporaryFiles } from './world.js';
import { thrownBy } from '../files/thrown.js';
import type { World } from './world.js';

const LATER = '2099-01-01T00:00:00.000Z';
const IDS = ['i1', 'i2', 'i3', 'i4'];

function exported(): World {
  const world = makeWorld();
  for (const id of IDS) add.issue(world, id);
  add.session(world, 's1');
  world.export();
  return world;
}

/** What somebody else may have made of a record since the last import. */
const CHANGES: Readonly<Record<string, (world: World, id: string) => void>> = {
  'a pulled version': (world, id) => {
    replaceLine(world, id, line('issue', id, { title: 'theirs' }, LATER));
  },
  'an older version that was never seen': (world, id) => {
    replaceLine(world, id, line('issue', id, { title: 'theirs' }, '2001-01-01T00:00:00.000Z'));
  },
  'a hand edit': (world, id) => {
    const old = lineOf(world, id);
    replaceLine(world, id, old.replace(/"title":"[^"]*"/, '"title":"by hand"'));
  },
  'a second line, as a text merge leaves it': (world, id) => {
    replaceLine(world, id, lineOf(world, id), line('issue', id, { title: 'theirs' }, LATER));
  },
  'the same content with another stamp and other white space': (world, id) => {
    replaceLine(world, id, lineOf(world, id).replace('{"type"', '{ "type"').replace('"issue t"', '"issue t" '));
  },
};

function lineOf(world: World, id: string): string {
  return (
    world
      .read('issues.jsonl')
      .split('\n')
      .find((one) => one.includes(`"id":"${id}"`)) ?? ''
  );
}

function replaceLine(world: World, id: string, ...lines: readonly string[]): void {
  const others = world
    .read('issues.jsonl')
    .split('\n')
    .filter((one) => one !== '' && !one.includes(`"id":"${id}"`));
  world.write('issues.jsonl', file(...others, ...lines));
}

/** Sees to it that the exports refuse this record alone, name it, and change nothing. */
function expectRefusal(world: World, id: string): void {
  const files = synced(world.dir);
  const database = dump(world.store);
  for (const options of [{}, { full: true }, { dryRun: true }, { full: true, dryRun: true }]) {
    const stats = world.export(options);
    expect(stats.refused, JSON.stringify(options)).toEqual([{ type: 'issue', id, why: 'unseen' }]);
    expect(stats.history).toBeNull();
    expect(synced(world.dir)).toEqual(files);
    expect(dump(world.store)).toBe(database);
  }
  expect(existsSync(join(world.dir, '.history'))).toBe(false);
}

describe('P1: an export overwrites no version that was never taken into account', () => {
  it.each(Object.entries(CHANGES))('%s, where the row was changed', (_, change) => {
    const world = exported();
    change(world, 'i2');
    world.store.sql.run(`UPDATE issues SET details = 'mine', updated_at = 2000 WHERE id IN ('i2', 'i3')`);
    expectRefusal(world, 'i2');
    const outcome = world.sync();
    expect(outcome.inSync).toBe(true);
    expect(synced(world.dir)['issues.jsonl']).toContain('"details":"mine"');
  });

  it.each(Object.entries(CHANGES))('%s, where the row was deleted', (_, change) => {
    const world = exported();
    change(world, 'i2');
    world.store.sql.run(`DELETE FROM issues WHERE id = 'i2'`);
    expectRefusal(world, 'i2');
    expect(world.sync().inSync).toBe(true);
  });

  it('a tombstone, where the row was changed', () => {
    const world = exported();
    replaceLine(world, 'i2');
    world.write('deletions.jsonl', file(deletion('issue', 'i2', LATER)));
    world.store.sql.run(`UPDATE issues SET details = 'mine' WHERE id = 'i2'`);
    expectRefusal(world, 'i2');
    expect(world.sync().inSync).toBe(true);
  });

  it('a tombstone of somebody else, where the row was deleted here, too', () => {
    const world = exported();
    replaceLine(world, 'i2');
    world.write('deletions.jsonl', file(deletion('issue', 'i2', '2020-01-01T00:00:00.000Z')));
    world.store.sql.run(`DELETE FROM issues WHERE id = 'i2'`);
    expectRefusal(world, 'i2');
    expect(world.sync().inSync).toBe(true);
  });

  it('a line that equals what would be written is never refused, whoever wrote it', () => {
    const world = exported();
    world.store.sql.run(`UPDATE issues SET details = 'same', updated_at = 2000 WHERE id = 'i2'`);
    const twin = line('issue', 'i2', { title: 'issue i2', details: 'same', updated_at: 2000 }, LATER);
    replaceLine(world, 'i2', twin);
    const { refused, total } = world.export();
    expect(refused).toEqual([]);
    expect(total).toMatchObject({ written: 0, unchanged: 1 });
    expect(lineOf(world, 'i2')).toBe(twin);
    expect(world.sync().inSync).toBe(true);
  });

  it('the same tombstone is never refused', () => {
    const world = exported();
    world.store.sql.run(`DELETE FROM issues WHERE id = 'i2'`);
    foldLog(world.store.sql, world.store.registry);
    const [row] = world.store.sql.all(`SELECT deleted_at FROM scsync_tombstones`);
    const twin = deletion('issue', 'i2', new Date(Number(row?.[0])).toISOString());
    replaceLine(world, 'i2');
    world.write('deletions.jsonl', file(twin));
    expect(world.export({}, { actor: 'ann' }).refused).toEqual([]);
    expect(world.read('deletions.jsonl')).toBe(file(twin));
    expect(world.sync().inSync).toBe(true);
  });

  it('a second line in another file stays there, and a full export refuses', () => {
    const world = exported();
    const stray = line('issue', 'i2', { title: 'theirs' }, LATER);
    world.write('sessions.jsonl', world.read('sessions.jsonl') + file(stray));
    world.store.sql.run(`UPDATE issues SET details = 'mine', updated_at = 2000 WHERE id = 'i2'`);
    expect(world.export({ full: true }).refused).toEqual([{ type: 'issue', id: 'i2', why: 'unseen' }]);
    expect(world.export().refused).toEqual([]);
    expect(world.read('sessions.jsonl')).toContain(stray);
    const outcome = world.sync();
    expect(outcome.import.notices).toContainEqual(expect.objectContaining({ what: 'conflicts', id: 'i2' }));
    expect(outcome.inSync).toBe(true);
    expect(world.read('sessions.jsonl')).not.toContain(stray);
  });

  it('names all of them', () => {
    const world = exported();
    for (const id of ['i1', 'i3', 'i4']) replaceLine(world, id, line('issue', id, { title: 'theirs' }, LATER));
    world.store.sql.run(`UPDATE issues SET details = 'mine'`);
    const { refused } = world.export();
    expect(refused.map(({ id }) => id)).toEqual(['i1', 'i3', 'i4']);
  });

  it('--force overwrites, after a copy of the files as they were', () => {
    const world = exported();
    replaceLine(world, 'i2', line('issue', 'i2', { title: 'theirs' }, LATER));
    world.store.sql.run(`UPDATE issues SET details = 'mine' WHERE id = 'i2'`);
    const before = filesIn(world.dir);
    expect(world.export({ force: true, dryRun: true })).toMatchObject({ refused: [], history: null });
    expect(filesIn(world.dir)).toEqual(before);
    const { refused, history } = world.export({ force: true });
    expect(refused).toEqual([]);
    expect(readdirSync(history ?? '')).toEqual(['issues.jsonl']);
    expect(readFileSync(join(history ?? '', 'issues.jsonl'), 'latin1')).toBe(before['issues.jsonl']);
    expect(lineOf(world, 'i2')).toContain('"details":"mine"');
    // The stamp of the version that was overwritten is topped, so that others take this one.
    expect(lineOf(world, 'i2')).toContain('"exported_at":"2099-01-01T00:00:00.001Z"');
    expect(world.sync().inSync).toBe(true);
  });

  it('what git puts into the files during an export, which cannot see it beforehand', () => {
    const world = exported();
    world.store.sql.run(`UPDATE issues SET details = 'mine' WHERE id = 'i3'`);
    let isPulled = false;
    const onChange = (): void => {
      if (isPulled) return;
      isPulled = true;
      replaceLine(world, 'i2', line('issue', 'i2', { title: 'pulled' }, LATER), line('issue', 'n1', {}, LATER));
    };
    expect(world.export({}, { onChange })).toMatchObject({ refused: [], total: { written: 1 } });
    expect(lineOf(world, 'i2')).toContain('"title":"pulled"');
    expect(lineOf(world, 'n1')).not.toBe('');
    expect(lineOf(world, 'i3')).toContain('"details":"mine"');
    expect(world.sync().inSync).toBe(true);
    expect(world.store.sql.all(`SELECT title FROM issues WHERE id = 'i2'`)).toEqual([['pulled']]);
  });

  it('the very record that git changes during an export; files that were missing count, too', () => {
    const world = exported();
    world.store.sql.run(`UPDATE issues SET details = 'mine' WHERE id = 'i2'`);
    const onChange = (): void => {
      if (world.read('deletions.jsonl') !== '') return;
      replaceLine(world, 'i2');
      world.write('deletions.jsonl', file(deletion('issue', 'i2', LATER)));
    };
    expect(world.export({}, { onChange }).refused).toEqual([{ type: 'issue', id: 'i2', why: 'unseen' }]);
    expect(world.read('deletions.jsonl')).not.toBe('');
    expect(temporaryFiles(world.dir)).toEqual([]);
    expect(world.sync().inSync).toBe(true);
  });

  it('files that somebody writes all the time: it gives up, and changes nothing', () => {
    const world = exported();
    world.store.sql.run(`UPDATE issues SET details = 'mine' WHERE id = 'i2'`);
    const before = dump(world.store);
    let n = 0;
    const onChange = (): void => {
      replaceLine(world, `n${++n}`, line('issue', `n${n}`, {}, LATER));
    };
    expect(thrownBy(() => world.export({}, { onChange }))).toMatchObject({ code: 'busy' });
    expect(dump(world.store)).toBe(before);
    expect(lineOf(world, 'i2')).not.toContain('mine');
    expect(temporaryFiles(world.dir)).toEqual([]);
    expect(world.sync().inSync).toBe(true);
  });

  it('--force copies nothing where nothing unseen is lost', () => {
    const world = exported();
    world.store.sql.run(`UPDATE issues SET details = 'mine' WHERE id = 'i2'`);
    expect(world.export({ force: true }).history).toBeNull();
    expect(existsSync(join(world.dir, '.history'))).toBe(false);
  });

  it('of any lines that others add or change, in any order', () => {
    const change = fc.record({ id: fc.constantFrom(...IDS, 'n1', 'n2'), what: fc.nat(4), mine: fc.nat(3) });
    fc.assert(
      fc.property(fc.array(change, { minLength: 1, maxLength: 6 }), (changes) => {
        const world = exported();
        changes.forEach(({ id, what }, n) => {
          const stamp = what === 0 ? LATER : '2001-01-01T00:00:00.000Z';
          const theirs = line('issue', id, { title: `theirs ${n}` }, stamp);
          if (what === 1) replaceLine(world, id, ...[lineOf(world, id), theirs].filter((one) => one !== ''));
          else if (what === 2) world.write('deletions.jsonl', file(deletion('issue', id, LATER)));
          else if (what === 3) replaceLine(world, id);
          else replaceLine(world, id, theirs);
        });
        changes.forEach(({ id, mine }, n) => {
          if (mine === 0) world.store.sql.run(`UPDATE issues SET details = ? WHERE id = ?`, `mine ${n}`, id);
          else if (mine === 1) world.store.sql.run(`DELETE FROM issues WHERE id = ?`, id);
          else if (mine === 2)
            world.store.sql.run(
              `INSERT OR IGNORE INTO issues (id, title, project_path, created_at, updated_at) VALUES (?, 'mine', ?, 1, 1)`,
              id,
              world.project,
            );
        });
        const before = synced(world.dir);
        const lines = allLines(before);
        const seen = knownLines(world);
        const { refused } = world.export();
        const after = allLines(synced(world.dir));
        for (const one of lines) if (!seen.has(one)) expect(after).toContain(one);
        if (refused.length > 0) expect(synced(world.dir)).toEqual(before);
        expect(world.sync().export.refused).toEqual([]);
        expect(world.sync().inSync).toBe(true);
      }),
      { numRuns: 60 },
    );
  });
});

function allLines(files: Readonly<Record<string, string>>): readonly string[] {
  return Object.values(files).flatMap((content) => content.split('\n').filter((one) => one !== ''));
}

function knownLines({ store }: World): ReadonlySet<string> {
  return new Set(store.sql.all(`SELECT line FROM scsync_base`).map(([one]) => String(one)));
}
