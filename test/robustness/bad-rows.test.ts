import { describe, expect, it } from 'vitest';

import type { SqlValue } from '../../src/store/database.js';
import { expectRefused } from './refused.js';
import { add, filesIn, makeWorld } from './world.js';
import type { World } from './world.js';

/** Changes one row behind the back of every constraint. */
function spoil(world: World, sql: string, ...parameters: SqlValue[]): void {
  world.store.sql.exec('PRAGMA foreign_keys = OFF; PRAGMA ignore_check_constraints = ON');
  world.store.sql.run(sql, ...parameters);
}

const BAD_ROWS: readonly [what: string, sql: string, parameter: SqlValue, says: RegExp][] = [
  [
    'text in an integer column',
    `UPDATE issues SET closed_at = ? WHERE id = 'i1'`,
    'soon',
    /row "i1" of \w+: closed_at .*integer.*"soon"/,
  ],
  [
    'a real in an integer column',
    `UPDATE issues SET closed_at = ? WHERE id = 'i1'`,
    1.5,
    /row "i1" of \w+: closed_at .*not 1\.5/,
  ],
  [
    'a BLOB in an integer column',
    `UPDATE issues SET closed_at = ? WHERE id = 'i1'`,
    new Uint8Array([1]),
    /row "i1" of \w+: closed_at .*BLOB/,
  ],
  [
    'a BLOB in a text column',
    `UPDATE issues SET details = ? WHERE id = 'i1'`,
    new Uint8Array([104, 105]),
    /row "i1" of \w+: details .*BLOB/,
  ],
  [
    'a BLOB that SQLite would take for JSON',
    `UPDATE issues SET details = ? WHERE id = 'i1'`,
    new Uint8Array([0x27, 0x68, 0x69]),
    /row "i1" of \w+: details .*BLOB/,
  ],
  [
    'invalid UTF-8',
    `UPDATE issues SET details = CAST(? AS TEXT) WHERE id = 'i1'`,
    new Uint8Array([0x61, 0xff]),
    /row "i1" of \w+: details .*UTF-8/,
  ],
  [
    'a number out of range',
    `UPDATE issues SET priority = ? WHERE id = 'i1'`,
    9,
    /row "i1" of \w+: priority .*0 to 4.*not 9/,
  ],
  ['infinity', `UPDATE time_entries SET hours = ? WHERE id = 't1'`, Infinity, /row "t1" of \w+: hours .*Infinity/],
  [
    'text in a real column',
    `UPDATE time_entries SET hours = ? WHERE id = 't1'`,
    'many',
    /row "t1" of \w+: hours .*"many"/,
  ],
  [
    'a BLOB in a real column',
    `UPDATE time_entries SET hours = ? WHERE id = 't1'`,
    new Uint8Array([1]),
    /row "t1" of \w+: hours .*BLOB/,
  ],
  ['hours 0', `UPDATE time_entries SET hours = ? WHERE id = 't1'`, 0, /row "t1" of \w+: hours .*greater than 0, not 0/],
  [
    'an unknown word',
    `UPDATE time_entries SET status = ? WHERE id = 't1'`,
    'paid',
    /row "t1" of \w+: status .*not "paid"/,
  ],
  [
    'a BLOB in a label',
    `UPDATE issue_labels SET label = ?`,
    new Uint8Array([1]),
    /row "i1" of \w+: issue_labels\.label .*BLOB/,
  ],
  [
    'invalid UTF-8 in a label',
    `UPDATE issue_labels SET label = CAST(? AS TEXT)`,
    new Uint8Array([0xff]),
    /row "i1" of \w+: issue_labels\.label .*UTF-8/,
  ],
  [
    'text for an integer in a child row',
    `UPDATE issue_dependencies SET created_at = ?`,
    'x',
    /row "i1" of \w+: issue_dependencies\.created_at .*"x"/,
  ],
  [
    'a BLOB as id',
    `UPDATE issues SET id = ? WHERE id = 'i2'`,
    new Uint8Array([0x69, 0x39]),
    /row .* of issues: id .*BLOB/,
  ],
  [
    'U+0000 in an id',
    `UPDATE issues SET id = CAST(? AS TEXT) WHERE id = 'i2'`,
    new Uint8Array([0x69, 0, 0x39]),
    /row .* of issues: id .*U\+0000/,
  ],
  [
    'invalid UTF-8 in an id',
    `UPDATE issues SET id = CAST(? AS TEXT) WHERE id = 'i2'`,
    new Uint8Array([0x69, 0xff]),
    /row .* of issues: id .*UTF-8/,
  ],
  ['NULL as id', `UPDATE issues SET id = ? WHERE id = 'i2'`, null, /row .* of issues: id .*NULL/],
];

describe('a row that holds what its column does not allow stops an export', () => {
  it.each(BAD_ROWS)('%s', (_, sql, parameter, says) => {
    const world = makeWorld();
    for (const id of ['i0', 'i1', 'i2', 'i3']) add.issue(world, id);
    add.time(world, 't1');
    world.insert('issue_labels', { id: 'l1', issue_id: 'i1', label: 'a' });
    world.insert('issue_dependencies', { id: 'd1', issue_id: 'i1', depends_on_id: 'i0', created_at: 1 });
    world.export();
    spoil(world, sql, parameter);
    world.store.sql.run(`UPDATE issues SET title = 'fine' WHERE id = 'i3'`);
    for (const full of [false, true]) {
      const error = expectRefused(world, () => world.export({ full }), { code: 'bad_row', says: [says] });
      expect(error.message.split('\n')).toHaveLength(1);
      expectRefused(world, () => world.sync(), { code: 'bad_row', says: [says] });
    }
    expectRefused(world, () => world.export({ dryRun: true }), { code: 'bad_row', says: [says] });
    // A file beside the database gives what is asked for once the row is repaired.
    spoil(world, `DELETE FROM issues WHERE typeof(id) <> 'text' OR id NOT IN ('i0', 'i1', 'i2', 'i3')`);
    spoil(world, `UPDATE issues SET closed_at = NULL, details = NULL, priority = 1 WHERE id = 'i1'`);
    spoil(world, `UPDATE time_entries SET hours = 1.0, status = 'logged'`);
    spoil(world, `DELETE FROM issue_labels`);
    spoil(world, `UPDATE issue_dependencies SET created_at = 1`);
    expect(world.sync().export.refused).toEqual([]);
    expect(world.read('issues.jsonl')).toContain('"title":"fine"');
  });

  it('which is said once, of a column that may not be null too', () => {
    const world = makeWorld();
    add.issue(world, 'i1');
    world.export();
    spoil(world, `UPDATE issues SET title = x'68'`);
    expectRefused(world, () => world.export(), {
      code: 'bad_row',
      says: [/title must be text, not a BLOB$/m],
    });
  });

  it('also the first export, which leaves no file', () => {
    const world = makeWorld();
    world.write('.gitignore', '*\n');
    add.issue(world, 'i1');
    spoil(world, `UPDATE issues SET closed_at = 'soon'`);
    expectRefused(world, () => world.export(), { code: 'bad_row', says: ['row "i1"'] });
    expect(Object.keys(filesIn(world.dir)).sort()).toEqual(['.gitignore', '.sync.lock']);
  });

  it('but not a row of another project', () => {
    const world = makeWorld();
    add.issue(world, 'i1');
    add.issue(world, 'x1', { project_path: '/elsewhere' });
    add.issue(world, 'x2', { project_path: '/elsewhere' });
    spoil(world, `UPDATE issues SET closed_at = 'soon' WHERE id = 'x1'`);
    spoil(world, `UPDATE issues SET id = NULL WHERE id = 'x2'`);
    expect(world.sync().inSync).toBe(true);
    expect(world.export({ full: true }).total.unchanged).toBe(1);
  });
});
