import { cpSync, existsSync, readFileSync, readdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it, onTestFinished } from 'vitest';

import { Store } from '../../src/index.js';
import type { Guard, Project, ProjectOptions } from '../../src/index.js';
import type { savecontext } from '../../src/savecontext/registry.js';
import { copyEmptyDatabase } from '../empty-database.js';
import { ATLAS, FIXTURES, dump, filesOf, temporaryFolder, thrownBy } from './helpers.js';

type SaveContext = typeof savecontext;

interface Desk {
  readonly store: Store;
  readonly project: Project<SaveContext>;
}

/** A database and its project: in a folder of its own, or on files that others use too. */
function desk(options: ProjectOptions & { readonly path?: string; readonly fixture?: string } = {}): Desk {
  const { path, fixture, ...others } = options;
  const folder = temporaryFolder();
  const database = join(folder, 'memory.db');
  if (fixture === undefined) copyEmptyDatabase(database);
  else cpSync(join(FIXTURES, fixture), database);
  const store = Store.open(database, { create: true });
  onTestFinished(() => {
    store.close();
  });
  return { store, project: store.project(path ?? folder, others) };
}

/** Two desks that share one folder of files, with a clock that goes on. */
function twoDesks(): readonly [Desk, Desk] {
  const dir = join(temporaryFolder(), 'files');
  let clock = 2_000_000_000_000;
  const now = (): number => (clock += 1000);
  return [desk({ dir, now }), desk({ dir, now })];
}

describe('a project of a store', () => {
  it('has its files in .savecontext of its folder, where nothing else is said', () => {
    const { project } = desk();
    expect(project.dir).toBe(join(project.path, '.savecontext'));
    project.records.put('issue', { title: 'first' });
    const { export: exported, inSync } = project.sync();
    expect([exported.issue.written, inSync]).toEqual([1, true]);
    expect(readdirSync(project.dir)).toContain('issues.jsonl');
    expect(project.status()).toMatchObject({ project: project.path, dir: project.dir, inSync: true });
  });

  it('has a path', () => {
    expect(thrownBy(() => desk({ path: '' }))).toMatchObject({ code: 'usage' });
  });

  it('exports, imports and syncs, and says beforehand what it would do', () => {
    const [{ project: ann }, { project: ben }] = twoDesks();
    const { id } = ann.records.put('issue', { title: 'first', labels: ['bug'] });
    expect(ann.export({ dryRun: true }).issue.written).toBe(1);
    expect(existsSync(ann.dir)).toBe(false);
    const told: string[] = [];
    ann.export({ onChange: ({ where, action }) => told.push(`${where} ${action}`) });
    expect(told).toEqual(['files created']);
    expect(ben.import({ dryRun: true }).issue.created).toBe(1);
    const { changes, conflicts, inSync } = ben.diff();
    expect(changes).toMatchObject([{ where: 'database', action: 'created', type: 'issue', id }]);
    expect([conflicts, inSync]).toEqual([[], true]);
    expect(ben.records.get('issue', id)).toBeUndefined();
    expect(ben.import().issue.created).toBe(1);
    expect(ben.records.get('issue', id)).toMatchObject({ title: 'first', labels: ['bug'] });
    expect(ben.sync({ dryRun: true }).status).toBeUndefined();
    expect(ben.sync().inSync).toBe(true);
  });

  it('keeps what lost a merge, gives it back, and forgets it: each all or nothing', () => {
    const [{ project: ann }, { project: ben }] = twoDesks();
    const { id } = ann.records.put('issue', { title: 'first', details: 'first' });
    for (const { sync } of [ann, ben].map((project) => ({ sync: () => project.sync() }))) sync();
    ann.records.put('issue', { id, title: 'from ann', details: 'from ann' });
    ben.records.put('issue', { id, title: 'from ben', details: 'from ben' });
    ann.sync();
    ben.sync();
    const lost = ben.conflicts.list();
    expect(lost.map(({ field, lost: value }) => [field, value]).sort()).toEqual([
      ['details', '"from ann"'],
      ['title', '"from ann"'],
    ]);
    const [first = -1, second = -1] = lost.map(({ n }) => n);
    expect(thrownBy(() => ben.conflicts.take(first, 999))).toMatchObject({ code: 'not_found' });
    expect(thrownBy(() => ben.conflicts.drop(first, 999))).toMatchObject({ code: 'not_found' });
    expect(ben.conflicts.list()).toEqual(lost);
    expect(ben.conflicts.take(first, first)).toEqual([lost[0]]);
    expect(ben.records.get('issue', id)?.[lost[0]?.field as 'title']).toBe('from ann');
    expect(ben.conflicts.drop(second)).toBe(1);
    expect(ben.conflicts.list()).toEqual([]);
  });

  it('keeps private records here, and settings that are not accepted', () => {
    const { project } = desk();
    const { id } = project.records.put('memory', { key: 'mine', value: 'x' });
    const other = project.records.put('memory', { key: 'ours', value: 'x' });
    project.records.setPrivate('memory', id);
    expect(project.records.listPrivate()).toEqual([{ type: 'memory', id }]);
    project.sync();
    expect(filesOf(project.dir)['memories.jsonl']).toContain(other.id);
    expect(filesOf(project.dir)['memories.jsonl']).not.toContain(id);
    project.records.setPrivate('memory', id, false);
    expect(project.sync().export.memory.written).toBe(1);
    writeFileSync(join(project.dir, 'sync.json'), '{"paths":"absolute"}');
    expect(project.waitingSettings().changes).toHaveLength(1);
    project.acceptSettings();
    expect(project.waitingSettings().changes).toEqual([]);
  });

  it('hands its guard and its actor on to all that it does', () => {
    const guard: Guard = (values) =>
      values.filter(({ text }) => text === 'hunter2!').map((v) => ({ ...v, what: 'it' }));
    const { project } = desk({ guard, actor: 'ann' });
    const { id } = project.records.put('memory', { key: 'ci', value: 'hunter2!' });
    for (const { refused } of [project.export(), project.sync().export, project.diff().export]) {
      expect(refused).toMatchObject([{ id, field: 'value', why: 'secret' }]);
    }
    project.records.put('memory', { id, value: 'none' });
    project.export();
    project.records.delete('memory', id);
    project.export();
    expect(filesOf(project.dir)['deletions.jsonl']).toContain('"deleted_by":"ann"');
  });
});

describe('records of a project', () => {
  it('are made with an id, the defaults of the table and the time, and changed field by field', () => {
    const { project } = desk({ now: () => 5000 });
    const { records } = project;
    const issue = records.put('issue', { title: 'Payment broken', labels: ['bug', 'ui'] });
    expect(issue).toMatchObject({
      type: 'issue',
      project_path: '.',
      status: 'open',
      created_at: 5000,
      updated_at: 5000,
    });
    expect(issue.id).toMatch(/^issue_[0-9a-f-]{36}$/);
    const changed = records.put('issue', { id: issue.id, priority: 4 });
    expect(changed).toEqual({ ...issue, priority: 4 });
    expect([...records.list('issue')]).toEqual([changed]);
    expect(records.delete('issue', issue.id)).toEqual([{ type: 'issue', id: issue.id }]);
    expect(records.get('issue', issue.id)).toBeUndefined();
  });

  it('that are put back as they were read are no edit', () => {
    const { store, project } = desk({ fixture: 'full/before.db', path: ATLAS, dir: join(temporaryFolder(), 'files') });
    store.init();
    project.export();
    const before = dump(store.sql);
    let count = 0;
    for (const { type } of store.registry.entities) {
      for (const record of project.records.list(type)) {
        expect(project.records.put(type, record)).toEqual(record);
        expect(project.records.get(type, record.id)).toEqual(record);
        count++;
      }
    }
    expect(count).toBeGreaterThan(10);
    expect(dump(store.sql)).toEqual(before);
    expect(project.status().entities.total.pendingExport).toBe(0);
  });

  it('get a new time where anything changes, also where the old one is put along', () => {
    let clock = 1000;
    const { records } = desk({ now: () => clock }).project;
    const issue = records.put('issue', { title: 'first' });
    clock = 2000;
    expect(records.put('issue', { ...issue, title: 'second' }).updated_at).toBe(2000);
    expect(records.put('issue', { id: issue.id, title: 'third', updated_at: 1500 }).updated_at).toBe(1500);
  });

  it('keep fields that the registry does not know, and take them back', () => {
    const { project } = desk();
    const { id } = project.records.put('memory', { key: 'k', value: 'v' });
    project.sync();
    const file = join(project.dir, 'memories.jsonl');
    const line = readFileSync(file, 'utf8').replace('"v":1', '"v":1,"mood":"calm"');
    writeFileSync(file, line.replace(/"exported_at":"[^"]*"/, '"exported_at":"2040-01-01T00:00:00.000Z"'));
    project.import();
    const record = project.records.get('memory', id);
    expect(record).toMatchObject({ mood: 'calm' });
    expect(project.records.put('memory', { ...record, value: 'w' })).toMatchObject({ value: 'w', mood: 'calm' });
    const other = { ...record, mood: 'wild' };
    expect(thrownBy(() => project.records.put('memory', other)).message).toContain('mood is no field');
  });

  it.each([
    [{ title: 7 }, 'title must be '],
    [{ titel: 'x' }, 'titel is no field; the fields are id, '],
    [{ title: 'x', type: 'plan' }, 'type must be "issue", not "plan"'],
    [{ title: 'x', project_path: '/elsewhere' }, 'project_path must be ".", since a record stays in its project'],
    [{ title: 'x', project_path: null }, 'project_path must be "."'],
    [{ title: 'x', id: 7 }, 'id must be a text, not a number'],
    [{}, 'title is required'],
  ])('are refused with what is wrong: %j', (fields, says) => {
    const { records } = desk().project;
    const error = thrownBy(() => records.put('issue', fields as never));
    expect(error.code).toBe('bad_input');
    expect(error.message).toContain(says);
    expect(error.message.match(/title: /g)?.length ?? 0).toBeLessThan(2);
    expect([...records.list('issue')]).toEqual([]);
  });

  it('ignore a field that is undefined, and take the path of their project', () => {
    const { project } = desk();
    const { id } = project.records.put('issue', { title: 'x', project_path: project.path });
    const fields: object = { id, title: undefined, details: 'y' };
    expect(project.records.put('issue', fields)).toMatchObject({ title: 'x', details: 'y', project_path: '.' });
  });

  it('are of a type that the registry has', () => {
    const { records } = desk().project;
    for (const work of [() => records.get('bug' as 'issue', 'x'), () => [...records.list('bug' as 'issue')]]) {
      expect(thrownBy(work)).toMatchObject({ code: 'usage', message: expect.stringContaining('"bug"') as string });
    }
  });
});
