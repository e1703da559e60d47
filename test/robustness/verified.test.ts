import { appendFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';

import { listConflicts } from '../../src/sync/conflicts.js';
import type { Notable } from '../../src/sync/import/stats.js';
import { Rows } from '../../src/store/rows.js';
import { versionOf } from '../../src/format/version-of.js';
import { sameContent } from '../../src/record/content.js';
import { savecontext } from '../../src/savecontext/registry.js';
import { getSyncStatus } from '../../src/sync/status.js';
import { add, deletion, file, line, makeWorld, synced } from './world.js';
import type { World } from './world.js';

const LATER = '2099-01-01T00:00:00.000Z';

function exported(): World {
  const world = makeWorld();
  add.session(world, 's1');
  for (const id of ['i1', 'i2']) add.issue(world, id);
  add.item(world, 'c1');
  add.memory(world, 'm1');
  world.sync();
  return world;
}

/** Compares every line with its row and every row with its line, without the engine's own look. */
function expectSame(world: World): void {
  const rows = new Rows(world.store.sql, savecontext, world.project);
  for (const entity of savecontext.entities) {
    const lines = world
      .read(entity.file)
      .split('\n')
      .filter((one) => one !== '')
      .map((raw) => versionOf(savecontext, raw));
    const contents = rows.page(entity, undefined, 10_000);
    expect(lines.map((version) => version?.id)).toEqual(contents.map(({ id }) => id));
    for (const [n, version] of lines.entries()) {
      if (version?.kind !== 'present') throw new Error(`${entity.file}:${n + 1} is no line`);
      expect(sameContent(version.content, contents[n]!), version.raw).toBe(true);
    }
  }
}

function expectNamed(world: World, what: Notable, type: string, id: string, inSync: boolean): void {
  const outcome = world.sync();
  const { import: stats } = outcome;
  expect(stats.notices).toContainEqual(expect.objectContaining({ what, type, id }));
  expect(stats.notices.find((notice) => notice.what === what)?.message).toMatch(/\w+ \w+/);
  expect(stats.total[what]).toBe(stats.notices.filter((notice) => notice.what === what).length);
  expect([outcome.inSync, outcome.status?.inSync]).toEqual([inSync, inSync]);
}

describe('P20: what a sync has done is verified and named', () => {
  it('afterwards the files say what the database says', () => {
    const world = exported();
    expectSame(world);
    world.store.sql.run(`UPDATE issues SET title = 'a'`);
    world.write(
      'memories.jsonl',
      file(line('memory', 'm1', { value: 'w' }, LATER), line('memory', 'm2', { key: 'k2' })),
    );
    expect(world.sync().inSync).toBe(true);
    expectSame(world);
    const status = getSyncStatus(world.store, { projectPath: world.project, dir: world.dir });
    expect(status).toMatchObject({ inSync: true, problems: [], notices: [] });
    expect(status.entities.total).toMatchObject({ rows: 6, pendingExport: 0, pendingImport: 0, orphans: 0 });
  });

  it('a value that lost is named, and stands in the journal', () => {
    const world = exported();
    world.store.sql.run(`UPDATE issues SET title = 'mine', updated_at = 9000 WHERE id = 'i1'`);
    world.write(
      'issues.jsonl',
      file(line('issue', 'i1', { title: 'theirs' }, LATER), world.read('issues.jsonl').split('\n')[1] ?? ''),
    );
    expectNamed(world, 'conflicts', 'issue', 'i1', true);
    expect(listConflicts(world.store, world.project)).toMatchObject([
      { type: 'issue', id: 'i1', field: 'title', kept: '"mine"', lost: '"theirs"' },
    ]);
    expectSame(world);
  });

  it('a record that was missing in the files is named as restored', () => {
    const world = exported();
    world.write('issues.jsonl', file(world.read('issues.jsonl').split('\n')[1] ?? ''));
    expectNamed(world, 'restored', 'issue', 'i1', true);
    expectSame(world);
  });

  it('a whole file that was missing: each of its records is named', () => {
    const world = exported();
    rmSync(join(world.dir, 'issues.jsonl'));
    const outcome = world.sync();
    expect(outcome.import.issue.restored).toBe(2);
    expect(outcome.inSync).toBe(true);
    expectSame(world);
  });

  it('a file that is missing when an export writes into it is not taken for whole', () => {
    const world = exported();
    rmSync(join(world.dir, 'issues.jsonl'));
    world.store.sql.run(`UPDATE issues SET title = 'other' WHERE id = 'i1'`);
    world.export();
    expectNamed(world, 'restored', 'issue', 'i2', true);
    expectSame(world);
  });

  it('an old version that came back is named as rolled back, and both sides agree in the end', () => {
    const world = exported();
    const old = synced(world.dir);
    world.store.sql.run(`UPDATE issues SET title = 'newer' WHERE id = 'i1'`);
    world.sync();
    world.write('issues.jsonl', old['issues.jsonl'] ?? '');
    expectNamed(world, 'rolledBack', 'issue', 'i1', true);
    expect(world.sync().inSync).toBe(true);
    expectSame(world);
  });

  it('an orphan is named, and is not in sync', () => {
    const world = exported();
    appendFileSync(join(world.dir, 'context_items.jsonl'), file(line('context_item', 'c9', { session_id: 'none' })));
    expectNamed(world, 'orphaned', 'context_item', 'c9', false);
    expectNamed(world, 'orphaned', 'context_item', 'c9', false);
  });

  it('a record of another project is named as skipped, and is not in sync', () => {
    const world = exported();
    add.issue(world, 'x1', { project_path: '/elsewhere' });
    appendFileSync(join(world.dir, 'issues.jsonl'), file(line('issue', 'x1', { title: 'theirs' })));
    expectNamed(world, 'skipped', 'issue', 'x1', false);
    expect(world.store.sql.get(`SELECT title FROM issues WHERE id = 'x1'`)).toEqual(['issue x1']);
    expect(world.read('issues.jsonl')).toContain('"theirs"');
  });

  it('two records with one natural key are both kept, and the one that was renamed is named', () => {
    const world = exported();
    const twin = line('context_item', 'c2', { key: 'key c1', value: 'theirs', created_at: 5000 });
    appendFileSync(join(world.dir, 'context_items.jsonl'), file(twin));
    expectNamed(world, 'renamed', 'context_item', 'c2', true);
    expect(world.store.sql.all(`SELECT id, key FROM context_items ORDER BY id`)).toEqual([
      ['c1', 'key c1'],
      ['c2', expect.stringMatching(/^key c1~[0-9a-f]{8}$/)],
    ]);
    expectSame(world);
  });

  it('a line that was edited by hand is taken, and gets its right hash', () => {
    const world = exported();
    world.write('issues.jsonl', world.read('issues.jsonl').replace('"issue i1"', '"by hand"'));
    const outcome = world.sync();
    expect(outcome).toMatchObject({
      inSync: true,
      import: { issue: { updated: 1 } },
      export: { issue: { written: 1 } },
    });
    expectSame(world);
    expect(versionOf(savecontext, world.read('issues.jsonl').split('\n')[0] ?? '')).toMatchObject({ edited: false });
  });

  it('duplicates become one, what one of them said otherwise stands in the journal', () => {
    const world = exported();
    const [first = '', second = ''] = world.read('issues.jsonl').split('\n');
    world.write('issues.jsonl', file(first, line('issue', 'i1', { title: 'theirs' }, LATER), second));
    expectNamed(world, 'conflicts', 'issue', 'i1', true);
    expectSame(world);
    expect(listConflicts(world.store, world.project)).toMatchObject([{ field: 'title', lost: '"issue i1"' }]);
  });

  it('a parent that was deleted takes its children with it, whole into the journal', () => {
    const world = exported();
    world.write('sessions.jsonl', '');
    world.write('deletions.jsonl', file(deletion('session', 's1', LATER)));
    const outcome = world.sync();
    expect(outcome.import.total).toMatchObject({ deleted: 2 });
    expect(outcome.import.notices).toContainEqual(expect.objectContaining({ what: 'conflicts', id: 'c1' }));
    expect(outcome.inSync).toBe(true);
    expect(listConflicts(world.store, world.project)).toMatchObject([{ type: 'context_item', id: 'c1', field: null }]);
    expectSame(world);
  });

  it.each<[string, (world: World) => void]>([
    ['adds a line', (world) => appendFileSync(join(world.dir, 'issues.jsonl'), file(line('issue', 'i9')))],
    ['removes a file', (world) => rmSync(join(world.dir, 'issues.jsonl'))],
    ['writes nonsense', (world) => appendFileSync(join(world.dir, 'issues.jsonl'), 'nonsense\n')],
    ['deletes', (world) => writeFileSync(join(world.dir, 'deletions.jsonl'), file(deletion('issue', 'i1', LATER)))],
    ['leaves a marker', (world) => appendFileSync(join(world.dir, 'memories.jsonl'), '<<<<<<< ours\n')],
  ])('somebody who %s between import and export makes it say that it is not in sync', (_, change) => {
    const world = exported();
    let calls = 0;
    const now = (): number => {
      // The import asks for the time first, the export second.
      if (++calls === 2) change(world);
      return Date.now();
    };
    const outcome = world.sync({ now });
    expect(calls).toBe(2);
    expect(outcome.inSync).toBe(false);
    expect(outcome.status?.inSync).toBe(false);
  });

  it('a version that comes between import and export, for a record that was changed, is refused by name', () => {
    const world = exported();
    world.store.sql.run(`UPDATE issues SET details = 'mine' WHERE id = 'i1'`);
    let calls = 0;
    const now = (): number => {
      if (++calls === 2) world.write('issues.jsonl', file(line('issue', 'i1', { title: 'theirs' }, LATER)));
      return Date.now();
    };
    const outcome = world.sync({ now });
    expect(outcome).toMatchObject({ inSync: false, export: { refused: [{ type: 'issue', id: 'i1', why: 'unseen' }] } });
    expect(world.sync().inSync).toBe(true);
    expectSame(world);
  });
});
