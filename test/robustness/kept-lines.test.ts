import { describe, expect, it } from 'vitest';

import { add, deletion, file, filesIn, line, makeWorld, STAMP, synced } from './world.js';
import type { World } from './world.js';

const INVALID_UTF8 = Buffer.from('{"type":"issue","id":"i7","title":"\xff\xfe"}', 'latin1');

/** Lines that an import cannot take: readable ids and unreadable ones, in the middle and at the end. */
const BAD: readonly (string | Buffer)[] = [
  line('issue', 'i3', { priority: 7 }),
  'no JSON at all',
  '{"type":"issue","id":"i5","title":"cut',
  '{"id":"i6"}',
  line('issue', 'i8').replace(/,"exported_at.*/, '}'),
  INVALID_UTF8,
];

function bytesOf(...lines: readonly (string | Buffer)[]): Buffer {
  return Buffer.concat(lines.flatMap((one) => [Buffer.from(one), Buffer.from('\n')]));
}

/** How often a line's bytes stand in the file of issues. */
function occurrences(world: World, bad: string | Buffer): number {
  const lines = (filesIn(world.dir)['issues.jsonl'] ?? '').split('\n');
  return lines.filter((one) => one === Buffer.from(bad).toString('latin1')).length;
}

/** Changes something, and exports in the ways that there are; all must keep the bad lines and agree with each other. */
function rounds(world: World, bad: readonly (string | Buffer)[], ids: readonly string[]): void {
  for (let round = 1; round <= 4; round++) {
    for (const id of ids) {
      world.store.sql.run(
        `UPDATE issues SET details = ?, updated_at = ? WHERE id = ?`,
        `round ${round}`,
        5000 + round,
        id,
      );
      world.export({ full: round % 2 === 0 });
      const once = synced(world.dir);
      for (const one of bad) expect(occurrences(world, one), String(one)).toBe(1);
      expect(world.export({ full: true }).files.map(({ name }) => name)).toEqual([]);
      expect(world.export().files).toEqual([]);
      expect(synced(world.dir)).toEqual(once);
      const again = world.import({ skipInvalid: true });
      expect(again.total).toMatchObject({
        created: 0,
        updated: 0,
        conflicts: 0,
        restored: 0,
        rolledBack: 0,
        deleted: 0,
      });
      expect(again.problems).toHaveLength(bad.length);
      expect(world.export().files).toEqual([]);
    }
  }
}

describe('lines that are skipped', () => {
  it('keep their bytes through later exports, and the rest is imported', () => {
    const world = makeWorld();
    world.write('issues.jsonl', bytesOf(line('issue', 'i1'), ...BAD, line('issue', 'i9')));
    const stats = world.import({ skipInvalid: true });
    expect(stats.issue).toMatchObject({ created: 2, skipped: 4 });
    expect(stats.total.skipped).toBe(6);
    expect(stats.problems).toHaveLength(6);
    expect(stats.notices.filter(({ what }) => what === 'skipped')).toHaveLength(6);
    expect(stats.notices).toContainEqual(
      expect.objectContaining({ what: 'skipped', type: 'issue', id: 'i3', message: stats.problems[0] }),
    );
    rounds(world, BAD, ['i1', 'i9']);
    expect(world.sync).toThrow('6 problems');
  });

  it('stand last, in their order, once their file is rewritten', () => {
    const world = makeWorld();
    const good = [line('issue', 'i9'), line('issue', 'i1')];
    world.write('issues.jsonl', bytesOf(...BAD.slice(0, 3), ...good, ...BAD.slice(3)));
    world.import({ skipInvalid: true });
    world.export();
    const kept = bytesOf(...[...good].reverse(), ...BAD);
    expect(filesIn(world.dir)['issues.jsonl']).toBe(kept.toString('latin1'));
  });

  it('also where the record has a row, which goes back into the file beside them', () => {
    const world = makeWorld();
    add.issue(world, 'i1');
    add.issue(world, 'i3', { title: 'mine' });
    world.export();
    const [first = '', third = ''] = world.read('issues.jsonl').trimEnd().split('\n');
    const bad = third.replace('"title":"mine"', '"title":null');
    world.write('issues.jsonl', file(first, bad));
    const stats = world.import({ skipInvalid: true });
    expect(stats.issue).toMatchObject({ skipped: 1, updated: 0, deleted: 0 });
    world.export();
    expect(world.read('issues.jsonl')).toBe(file(first, third, bad));
    rounds(world, [bad], ['i1', 'i3']);
  });

  it('are taken when they are repaired', () => {
    const world = makeWorld();
    world.write('issues.jsonl', file(line('issue', 'i1'), line('issue', 'i3', { priority: 7 })));
    world.import({ skipInvalid: true });
    world.export();
    world.write('issues.jsonl', world.read('issues.jsonl').replace('"priority":7', '"priority":4'));
    expect(world.import().issue).toMatchObject({ created: 1, skipped: 0 });
    expect(world.sync().inSync).toBe(true);
    expect(world.store.sql.get(`SELECT priority FROM issues WHERE id = 'i3'`)).toEqual([4n]);
  });

  it('keep back what cannot be without them, until they are repaired', () => {
    const world = makeWorld();
    const bad = line('session', 's1', { name: 7 });
    world.write('sessions.jsonl', file(bad));
    world.write('context_items.jsonl', file(line('context_item', 'c1')));
    world.write('checkpoints.jsonl', file(line('checkpoint', 'k1', { items: [] })));
    const before = synced(world.dir);
    const stats = world.import({ skipInvalid: true });
    expect(stats.total).toMatchObject({ created: 0, skipped: 1, orphaned: 2 });
    add.issue(world, 'i1');
    for (const full of [false, true]) world.export({ full });
    expect(synced(world.dir)).toMatchObject(before);
    world.write('sessions.jsonl', file(line('session', 's1')));
    expect(world.import().total).toMatchObject({ created: 3, orphaned: 0, skipped: 0 });
    expect(world.sync().inSync).toBe(true);
  });

  it('in the file of deletions', () => {
    const world = makeWorld();
    add.issue(world, 'i1');
    add.issue(world, 'i2');
    world.export();
    const bad = '{"entity_type":"issue","entity_id":"i2","deleted_at":"soon"}';
    world.write('deletions.jsonl', file(bad, deletion('issue', 'i1', '2099-01-01T00:00:00Z')));
    expect(world.import({ skipInvalid: true }).total).toMatchObject({ deleted: 1, skipped: 1 });
    for (const full of [true, false]) world.export({ full });
    expect(world.read('deletions.jsonl').split('\n')).toContain(bad);
    expect(world.read('issues.jsonl')).toContain('"i2"');
    expect(world.read('issues.jsonl')).not.toContain('"i1"');
  });
});

describe('lines that are kept without being taken', () => {
  it('an orphan stays in its file, is looked at again, and is taken when its parent comes', () => {
    const world = makeWorld();
    const orphan = line('context_item', 'c1', { session_id: 'later' });
    world.write('context_items.jsonl', file(orphan, line('context_item', 'c2', { session_id: 's1' })));
    world.write('sessions.jsonl', file(line('session', 's1')));
    const stats = world.import();
    expect(stats.context_item).toMatchObject({ created: 1, orphaned: 1 });
    expect(stats.notices).toContainEqual(expect.objectContaining({ what: 'orphaned', type: 'context_item', id: 'c1' }));
    world.store.sql.run(`UPDATE context_items SET value = 'other'`);
    for (const full of [false, true]) {
      world.export({ full });
      expect(world.read('context_items.jsonl').split('\n')).toContain(orphan);
      expect(world.import().context_item).toMatchObject({ created: 0, orphaned: 1 });
    }
    const outcome = world.sync();
    expect(outcome.inSync).toBe(false);
    expect(outcome.status?.entities.context_item.orphans).toBe(1);
    add.session(world, 'later');
    expect(world.import().context_item).toMatchObject({ created: 1, orphaned: 0 });
    expect(world.sync().inSync).toBe(true);
  });

  it('a type that is not known is counted and kept', () => {
    const world = makeWorld();
    const unknown = ['{"type":"note","id":"n1","b":1e5}', '{"type":"note","id":"n0"}', '{"type":"idea"}'];
    const gone = `{"entity_type":"note","entity_id":"n2","deleted_at":"${STAMP}"}`;
    world.write('issues.jsonl', file(unknown[0] ?? '', line('issue', 'i1'), ...unknown.slice(1)));
    world.write('deletions.jsonl', file(gone));
    const stats = world.import();
    expect(stats.unknown).toEqual({ note: 3, idea: 1 });
    expect(stats.total).toMatchObject({ created: 1, skipped: 0 });
    world.store.sql.run(`UPDATE issues SET details = 'x'`);
    for (const full of [false, true]) {
      world.export({ full });
      expect(world.read('issues.jsonl').trimEnd().split('\n').slice(1)).toEqual(unknown);
      expect(world.read('deletions.jsonl')).toBe(file(gone));
    }
    expect(world.sync().inSync).toBe(true);
  });

  it('fields that are not known survive import, edit and export, with the text of their values', () => {
    const world = makeWorld();
    const text = '"zz":{"b": [1.50,  -0, 1E2, 12345678901234567890],"a":"\\u0041"},"aa":null';
    world.write('issues.jsonl', file(line('issue', 'i1').replace('"v":1', `"v":1,${text}`)));
    expect(world.import().total.created).toBe(1);
    world.store.sql.run(`UPDATE issues SET details = 'edited', updated_at = 3000`);
    const canonical = '"v":1,"aa":null,"zz":{"b":[1.50,-0,1E2,12345678901234567890],"a":"\\u0041"},"content_hash"';
    for (const full of [false, true]) {
      world.export({ full });
      expect(world.read('issues.jsonl')).toContain(canonical);
    }
    expect(world.sync().inSync).toBe(true);
  });
});
