import type { ChildProcess } from 'node:child_process';
import { setTimeout } from 'node:timers/promises';
import { describe, expect, it, onTestFinished } from 'vitest';

import { listConflicts } from '../../src/sync/conflicts.js';
import { withLock } from '../../src/store/lock.js';
import { openDriver } from '../../src/store/drivers/open-driver.js';
import { Sql } from '../../src/store/sql.js';
import { builtModule, ended, startScript } from '../files/child.js';
import { thrownBy } from '../files/thrown.js';
import { expectRefused } from './refused.js';
import { add, file, filesIn, line, makeWorld, temporaryFiles } from './world.js';
import type { World } from './world.js';

const IMPORTS = `import { Store, Exporter, Importer, SyncError } from ${JSON.stringify(builtModule('index.js'))};
const [database, project, value] = process.argv.slice(2);
const options = { projectPath: project, dir: project + '/.savecontext', lockTimeoutMs: 30_000 };
const store = Store.open(database);
const sync = (path) => store.project(project, { ...options, dir: path ?? options.dir }).sync();
store.sql.exec('PRAGMA busy_timeout = 30000');
`;

/** Runs a script's body in a process of its own, with a store open. */
function start({ database, project }: World, body: string, value = ''): ChildProcess {
  return startScript(`${IMPORTS}${body}\nstore.close();`, database, project, value);
}

const WRITER = `
for (let n = 0; n < 60; n++) {
  const id = 'w' + value + '-' + String(n).padStart(3, '0');
  store.sql.run('INSERT INTO issues (id, title, project_path, created_at, updated_at) VALUES (?, ?, ?, 1, 1)', id, 'first', project);
  if (n % 3 === 1) store.sql.run("UPDATE issues SET title = 'second', updated_at = 2 WHERE id = ?", id);
  if (n % 10 === 9) store.sql.run('DELETE FROM issues WHERE id = ?', id);
}`;

function otherProgram(path: string): Sql {
  const sql = new Sql(openDriver(path));
  sql.exec('PRAGMA busy_timeout = 30000');
  onTestFinished(() => {
    sql.close();
  });
  return sql;
}

/** Sees to it that the files have each row, and nothing else, each line being whole. */
function expectInStep(world: World): void {
  const lines = world
    .read('issues.jsonl')
    .split('\n')
    .filter((one) => one !== '');
  const found = lines.map((one) => {
    const { id, title } = JSON.parse(one) as { readonly id: string; readonly title: string };
    return [id, title];
  });
  expect(found).toEqual(world.store.sql.all('SELECT id, title FROM issues ORDER BY id'));
  expect(temporaryFiles(world.dir)).toEqual([]);
}

describe('P10: writers beside an export', () => {
  it('keep their marks: what was written during an export goes with the next one', () => {
    const world = makeWorld();
    for (let n = 0; n < 2500; n++) add.issue(world, `i${String(n).padStart(4, '0')}`);
    const other = otherProgram(world.database);
    let calls = 0;
    const onProgress = (): void => {
      if (++calls > 1) return;
      other.run(`UPDATE issues SET title = 'during' WHERE id IN ('i0001', 'i2400')`);
      other.run(`DELETE FROM issues WHERE id = 'i0002'`);
    };
    expect(world.export({}, { onProgress }).total.written).toBe(2500);
    expect(calls).toBe(2);
    expect(world.read('issues.jsonl')).not.toContain('during');
    expect(world.read('issues.jsonl')).toContain('"i0002"');
    expect(world.export().total).toMatchObject({ written: 2, deleted: 1 });
    expectInStep(world);
    expect(world.sync().inSync).toBe(true);
  });

  it('four processes insert, change and delete while another exports all the time: nothing is lost', async () => {
    const world = makeWorld();
    world.export();
    const writers = ['a', 'b', 'c', 'd'].map((name) => start(world, WRITER, name));
    const exporter = start(
      world,
      `
      for (let round = 0; round < 40; round++) {
        const { refused } = new Exporter(store, options).export({ full: round % 5 === 4 });
        if (refused.length > 0) throw new Error('refused');
      }`,
    );
    for (const child of [...writers, exporter]) expect(await ended(child)).toBe(0);
    expect(world.export().refused).toEqual([]);
    expectInStep(world);
    expect(world.read('issues.jsonl').trimEnd().split('\n')).toHaveLength(4 * 54);
    expect(world.read('deletions.jsonl').trimEnd().split('\n')).toHaveLength(4 * 6);
    expect(world.sync().inSync).toBe(true);
  });
});

describe('two runs at once', () => {
  it('of an export wait for each other, or say that they are busy', async () => {
    const world = makeWorld();
    for (let n = 0; n < 1500; n++) add.issue(world, `i${n}`);
    const children = [1, 2, 3].map(() => start(world, 'new Exporter(store, options).export();'));
    for (const child of children) expect(await ended(child)).toBe(0);
    expect(world.export().total).toEqual({ written: 0, deleted: 0, unchanged: 0 });
    expect(world.sync().inSync).toBe(true);
  });

  it('of an export in one process: the second is busy, and changes nothing', () => {
    const world = makeWorld();
    for (let n = 0; n < 1000; n++) add.issue(world, `i${n}`);
    let inner: unknown;
    const onProgress = (): void => {
      const second = makeWorld(world.folder);
      inner = thrownBy(() => second.export({}, { lockTimeoutMs: 10 }));
      second.close();
    };
    world.export({}, { onProgress });
    expect(inner).toMatchObject({ code: 'busy', hint: expect.stringMatching(/\w/) as string });
    expect(world.sync().inSync).toBe(true);
  });

  it.each(['import', 'export'] as const)(
    'of an %s wait for whoever holds the directory, and change nothing',
    (what) => {
      const world = makeWorld();
      add.issue(world, 'i1');
      world.export();
      add.issue(world, 'i2');
      world.write('issues.jsonl', world.read('issues.jsonl') + file(line('issue', 'i3')));
      withLock(world.dir, { timeoutMs: 0 }, () => {
        const run = {
          import: () => world.import({ lockTimeoutMs: 1 }),
          export: () => world.export({}, { lockTimeoutMs: 1 }),
        };
        expectRefused(world, run[what], { code: 'busy', says: ['Another process'] });
      });
      expect(world.sync().inSync).toBe(true);
    },
  );

  it('of an export, an import and a sync end in step', async () => {
    const world = makeWorld();
    for (let n = 0; n < 300; n++) add.issue(world, `i${String(n).padStart(3, '0')}`);
    world.export();
    const lines = Array.from({ length: 300 }, (_, n) => line('issue', `n${String(n).padStart(3, '0')}`));
    world.write('issues.jsonl', world.read('issues.jsonl') + file(...lines));
    const importing = start(world, 'new Importer(store, options).importAll(options.dir);');
    const syncing = start(world, 'for (let n = 0; n < 5; n++) sync();');
    const exporting = start(world, 'for (let n = 0; n < 10; n++) new Exporter(store, options).export();');
    const writing = start(world, WRITER, 'x');
    for (const child of [importing, syncing, exporting, writing]) expect(await ended(child)).toBe(0);
    expect(world.sync().inSync).toBe(true);
    expectInStep(world);
    expect(world.store.sql.get(`SELECT count(*) FROM issues`)).toEqual([654n]);
  });

  it('on two directories of one project end in step', async () => {
    const world = makeWorld();
    for (let n = 0; n < 200; n++) add.issue(world, `i${String(n).padStart(3, '0')}`);
    const body = `
      const dir = project + '/' + value;
      for (let n = 0; n < 8; n++) sync(dir);`;
    const children = [start(world, body, 'one'), start(world, body, 'two'), start(world, WRITER, 'x')];
    for (const child of children) expect(await ended(child)).toBe(0);
    for (const name of ['one', 'two']) world.export({}, { dir: `${world.project}/${name}` });
    // Two exports that run at the same moment may give a version two stamps; its content is one.
    const linesIn = (name: string): readonly string[] =>
      (filesIn(`${world.project}/${name}`)['issues.jsonl'] ?? '')
        .replaceAll(/"exported_at":"[^"]*"/g, '')
        .trimEnd()
        .split('\n');
    expect(linesIn('one')).toEqual(linesIn('two'));
    expect(linesIn('one')).toHaveLength(254);
  });
});

describe('P13: killed at a random moment', () => {
  it('over and over, while others write: nothing is lost', async () => {
    const world = makeWorld();
    for (let n = 0; n < 200; n++) add.issue(world, `i${String(n).padStart(3, '0')}`);
    const other = otherProgram(world.database);
    for (let round = 0; round < 20; round++) {
      const child = start(world, 'for (;;) sync();');
      await setTimeout(120 + 23 * round);
      for (let n = round; n < 200; n += 7)
        other.run(
          `UPDATE issues SET details = ?, updated_at = ? WHERE id = ?`,
          `round ${round}`,
          round + 2,
          `i${String(n).padStart(3, '0')}`,
        );
      await setTimeout((round * 7) % 40);
      child.kill('SIGKILL');
      await ended(child);
    }
    const rows = world.store.sql.all('SELECT id, title, details FROM issues ORDER BY id');
    expect(world.sync().inSync).toBe(true);
    expect(world.store.sql.all('SELECT id, title, details FROM issues ORDER BY id')).toEqual(rows);
    // Killed between the last rename and the commit, a sync has left its own version, unseen: an edit of that record then
    // wins over it, and the journal has it.
    const others = listConflicts(world.store, world.project).filter(({ lost }) => !/^"round \d+"$/.test(lost));
    expect(others).toEqual([]);
    expectInStep(world);
  });
});
