import { readdirSync } from 'node:fs';
import { describe, expect, it } from 'vitest';

import { interesting, NOW, rowsOf, Stage } from './kill.js';
import type { Task } from './kill.js';
import { add, deletion, file, line, makeWorld, synced, temporaryFiles } from './world.js';
import type { World } from './world.js';
import { someOf } from '../setup/long.js';

const LATER = new Date(NOW - 1000).toISOString();
const now = (): number => NOW;

/** Some records of each kind, in step with the files. */
function agreed(world: World): void {
  add.session(world, 's1');
  for (const id of ['i1', 'i2', 'i3', 'i4']) add.issue(world, id);
  for (const id of ['c1', 'c2', 'c3']) add.item(world, id);
  world.insert('issue_labels', { id: 'l1', issue_id: 'i1', label: 'a' });
  world.insert('issue_dependencies', { id: 'd1', issue_id: 'i2', depends_on_id: 'i1', created_at: 1 });
  world.export({}, { now: () => NOW - 10_000 });
}

/** Rows that changed: edits, additions, deletions, with and without children. */
function edited(world: World): void {
  const { sql } = world.store;
  sql.run(`UPDATE issues SET title = 'mine', updated_at = 5000 WHERE id IN ('i1', 'i2')`);
  sql.run(`DELETE FROM issues WHERE id = 'i3'`);
  sql.run(`DELETE FROM context_items WHERE id = 'c2'`);
  sql.run(`DELETE FROM issue_labels`);
  add.issue(world, 'i5');
  add.memory(world, 'm1');
}

/** Files as after a pull: news, a conflict, a deletion, a line that is gone, one that stands twice; what the merge driver left. */
function pulled(world: World): void {
  const issues = world.read('issues.jsonl').trimEnd().split('\n');
  const theirs = line('issue', 'i1', { title: 'theirs', details: 'theirs', updated_at: 3000 }, LATER);
  const fourth = issues[3] ?? '';
  const twin = line('issue', 'i4', { title: 'twin' }, LATER);
  world.write('issues.jsonl', file(theirs, issues[2] ?? '', fourth, twin, line('issue', 'i6', {}, LATER)));
  world.write('context_items.jsonl', file(line('context_item', 'c1', { key: 'key c1', value: 'theirs' }, LATER)));
  world.write('deletions.jsonl', file(deletion('context_item', 'c3', LATER)));
  const lost = { type: 'issue', id: 'i2', field: 'title', base: '"i2"', kept: '"theirs"', lost: '"lost in a merge"' };
  world.write('.lost-values.1000.ab12', file(JSON.stringify({ ...lost, why: 'merge', at: 1000 })));
}

function stage(...steps: readonly ((world: World) => void)[]): Stage {
  return new Stage((folder) => {
    const world = makeWorld(folder);
    for (const step of steps) step(world);
    world.store.sql.exec('PRAGMA wal_checkpoint(TRUNCATE)');
    world.close();
  });
}

interface Outcome {
  readonly rows: readonly string[];
  readonly files: Readonly<Record<string, string>>;
}

/** What the folder holds; every file must be whole. */
function look(world: World): Outcome {
  return { rows: rowsOf(world.store), files: synced(world.dir) };
}

/** Kills a task at one step after the other; the next run of \`again\` must end as if nothing had happened. */
function killEverywhere(scene: Stage, task: Task, again: (world: World) => void, every: number): void {
  scene.reset();
  const before = look(makeWorld(scene.folder));
  scene.reset();
  const trace = scene.trace(task);
  const done = look(makeWorld(scene.folder));
  const whole = makeWorld(scene.folder);
  again(whole);
  const expected = look(whole);
  const steps = someOf(interesting(trace, every));
  expect(steps.length).toBeGreaterThan(5);
  for (const step of steps) {
    scene.reset();
    scene.kill(task, step);
    const world = makeWorld(scene.folder);
    const where = `${task}, before step ${step} (${trace[step - 1] ?? ''})`;
    const left = look(world);
    expect([before.rows, expected.rows, done.rows], where).toContainEqual(left.rows);
    for (const [name, bytes] of Object.entries(left.files)) {
      expect([before.files[name], done.files[name], expected.files[name]], `${where}: ${name}`).toContain(bytes);
    }
    again(world);
    expect(look(world), where).toEqual(expected);
    expect(temporaryFiles(world.dir), where).toEqual([]);
    expect(
      readdirSync(world.dir).filter((name) => name.startsWith('.lost-values')),
      where,
    ).toEqual([]);
    world.close();
  }
}

describe('P13: killed at any step, the next run completes without loss', { timeout: 300_000 }, () => {
  const exportAgain = (world: World): void => {
    expect(world.export({}, { now }).refused).toEqual([]);
  };
  const syncAgain = (world: World): void => {
    expect(world.sync({ now }).inSync).toBe(true);
  };
  const importAgain = (world: World): void => {
    world.import({ now });
  };

  it('the first export', () => {
    const scene = stage((world) => {
      add.session(world, 's1');
      for (const id of ['i1', 'i2']) add.issue(world, id);
      world.store.sql.run(`DELETE FROM issues WHERE id = 'i2'`);
    });
    killEverywhere(scene, 'export', exportAgain, 9);
  });

  it('an incremental export', () => {
    killEverywhere(stage(agreed, edited), 'export', exportAgain, 9);
  });

  it('a full export, followed by a sync', () => {
    killEverywhere(stage(agreed, edited), 'full export', syncAgain, 30);
  });

  it('an import', () => {
    killEverywhere(stage(agreed, edited, pulled), 'import', importAgain, 8);
  });

  it('a sync', () => {
    killEverywhere(stage(agreed, edited, pulled), 'sync', syncAgain, 25);
  });
});
