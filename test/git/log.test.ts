import { execFileSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, onTestFinished, test } from 'vitest';

import { Session } from '../../src/cli/session.js';
import { verb } from '../../src/cli/verbs/log.js';
import { findRecords } from '../../src/git/find-record.js';
import { readRecordLog } from '../../src/git/record-log.js';
import { savecontext } from '../../src/savecontext/registry.js';
import { lineOf, sample } from '../record/samples.js';

const TIME = '2026-01-01T00:00:00.000Z';
const ENV = { ...process.env, GIT_CONFIG_GLOBAL: '/dev/null', GIT_CONFIG_NOSYSTEM: '1' };

class Repo {
  readonly root = mkdtempSync(join(tmpdir(), 'sc-sync log é '));
  constructor() {
    onTestFinished(() => {
      rmSync(this.root, { recursive: true, force: true });
    });
    this.git('init', '-qb', 'main');
    for (const [name, value] of [
      ['user.name', 'Ann'],
      ['user.email', 'a@example.org'],
      ['diff.noprefix', 'true'],
      ['color.ui', 'always'],
      ['diff.algorithm', 'patience'],
    ] as const) {
      this.git('config', name, value);
    }
    mkdirSync(join(this.root, '.savecontext'));
  }
  git(...args: string[]): string {
    return execFileSync('git', args, { cwd: this.root, env: ENV, encoding: 'utf8', stdio: 'pipe' });
  }
  write(values: Readonly<Record<string, string>>, deletions = ''): void {
    const lines = Object.entries(values).map(([id, value]) => memory(id, value));
    writeFileSync(join(this.root, '.savecontext/memories.jsonl'), lines.join(''));
    writeFileSync(join(this.root, '.savecontext/deletions.jsonl'), deletions);
  }
  commit(): string {
    this.git('add', '-A');
    this.git('commit', '-qm', 'x');
    return this.git('rev-parse', 'HEAD').trim();
  }
  log(id = 'm1'): (readonly [string | undefined, string])[] {
    const found = readRecordLog(savecontext, this.root, id);
    return found.map(({ commit, action }) => [commit, action]);
  }
}

function memory(id: string, value: string): string {
  const record = {
    type: 'memory',
    id,
    project_path: '.',
    key: id,
    value,
    category: 'note',
    created_at: 1,
    updated_at: 1,
  };
  return `${JSON.stringify({ ...record, v: 1, exported_at: TIME })}\n`;
}

const FILLER = Object.fromEntries(['f1', 'f2', 'f3', 'f4', 'f5', 'f6'].map((id) => [id, 'same']));

test('names what became of a record, newest first, and what is not committed', () => {
  const repo = new Repo();
  repo.write({ m1: 'a' });
  const one = repo.commit();
  repo.write({ m1: 'b' });
  const two = repo.commit();
  const gone = { entity_type: 'memory', entity_id: 'm1', project_path: '.', deleted_at: TIME, deleted_by: 'Bob' };
  repo.write({}, `${JSON.stringify(gone)}\n`);
  const three = repo.commit();
  repo.write({ m1: 'c' });
  const four = repo.commit();
  repo.write({ m1: 'd' });
  const found = readRecordLog(savecontext, repo.root, 'm1');
  expect(found.map(({ commit, action }) => [commit, action])).toEqual([
    [undefined, 'changed'],
    [four, 'restored'],
    [three, 'deleted'],
    [two, 'changed'],
    [one, 'created'],
  ]);
  expect(found[3]?.fields).toEqual([{ field: 'value', from: '"a"', to: '"b"' }]);
  expect(found[4]?.author).toBe('Ann');
  expect(repo.log('unknown')).toEqual([]);
});

test('a version that came through a merge appears once, a renamed folder makes none', () => {
  const repo = new Repo();
  repo.write({ m1: 'a', ...FILLER, z: 'a' });
  const one = repo.commit();
  repo.git('checkout', '-qb', 'side');
  repo.write({ m1: 'b', ...FILLER, z: 'a' });
  const two = repo.commit();
  repo.git('checkout', '-q', 'main');
  repo.write({ m1: 'a', ...FILLER, z: 'c' });
  repo.commit();
  repo.git('merge', '-qm', 'm', 'side');
  mkdirSync(join(repo.root, 'sub'));
  renameSync(join(repo.root, '.savecontext'), join(repo.root, 'sub/.savecontext'));
  repo.commit();
  renameSync(join(repo.root, 'sub'), join(repo.root, 'parent'));
  repo.commit();
  expect(repo.log()).toEqual([
    [two, 'changed'],
    [one, 'created'],
  ]);
});

test('a version that a merge made appears as of that merge', () => {
  const repo = new Repo();
  repo.write({ m1: 'a' });
  const one = repo.commit();
  repo.git('checkout', '-qb', 'side');
  repo.write({ m1: 'b' });
  const two = repo.commit();
  repo.git('checkout', '-q', 'main');
  repo.write({ m1: 'c' });
  const three = repo.commit();
  expect(() => repo.git('merge', '-q', 'side')).toThrow();
  repo.write({ m1: 'd' });
  const merge = repo.commit();
  const found = repo.log();
  expect(found[0]).toEqual([merge, 'changed']);
  expect(new Set(found.slice(1).map(([commit]) => commit))).toEqual(new Set([one, two, three]));
  expect(found).toHaveLength(4);
});

test('a deletion that stands beside the line of a living record makes no version of it', () => {
  const repo = new Repo();
  const gone = { entity_type: 'memory', entity_id: 'm1', project_path: '.', deleted_at: TIME, deleted_by: 'Bob' };
  const deletion = `${JSON.stringify(gone)}\n`;
  repo.write({ m1: 'a', ...FILLER });
  const one = repo.commit();
  repo.git('checkout', '-qb', 'side');
  repo.write(FILLER, deletion);
  const two = repo.commit();
  repo.git('checkout', '-q', 'main');
  repo.write({ m1: 'b', ...FILLER });
  const three = repo.commit();
  expect(() => repo.git('merge', '-q', 'side')).toThrow();
  repo.write({ m1: 'b', ...FILLER }, deletion);
  repo.commit();
  repo.write({ m1: 'b', ...FILLER });
  repo.commit();
  const found = repo.log();
  expect(found).toHaveLength(3);
  expect(found).toEqual(
    expect.arrayContaining([
      [three, 'changed'],
      [two, 'deleted'],
      [one, 'created'],
    ]),
  );
});

test('finds a record by its short id or the beginning of its id, also one that is deleted', () => {
  const repo = new Repo();
  repo.write({ mem_1a: 'a', mem_1b: 'b', mem_2: 'c' });
  const issue = sample('issue', { id: 'issue_1', short_id: 'mem_1' });
  const path = join(repo.root, '.savecontext/issues.jsonl');
  writeFileSync(path, `${lineOf(issue, 10).raw}\n`);
  repo.commit();
  const find = (text: string): string[] => findRecords(savecontext, repo.root, text).map(({ id }) => id);
  expect(find('mem_1')).toEqual(['issue_1']);
  expect(find('mem')).toEqual(['mem_1a', 'mem_1b', 'mem_2']);
  const gone = { entity_type: 'memory', entity_id: 'mem_2', project_path: '.', deleted_at: TIME, deleted_by: 'Bob' };
  repo.write({ mem_1a: 'a', mem_1b: 'b' }, `${JSON.stringify(gone)}\n`);
  writeFileSync(path, `${lineOf(sample('issue', { id: 'issue_1', short_id: 'SC-7' }), 20).raw}\n`);
  expect(find('SC-7')).toEqual(['issue_1']);
  expect(find('mem_2')).toEqual(['mem_2']);
  expect([find('em_2'), find('c'), find('mem.'), find('')]).toEqual([[], [], [], []]);
});

test('the verb takes such a name, and lists what it could mean', async () => {
  const repo = new Repo();
  repo.write({ m1: 'a', m10: 'b', m11: 'c' });
  repo.commit();
  const run = async (name: string): Promise<object> => {
    const session = new Session({ directory: repo.root, db: join(repo.root, 'none.db') });
    const input = (): Promise<Uint8Array> => Promise.resolve(Buffer.of());
    const { json } = await verb.run({ session, args: [name], options: {}, input });
    return json;
  };
  expect(await run('m1')).toMatchObject({ id: 'm1', type: 'memory', versions: [{ action: 'created' }] });
  expect(await run('m10')).toMatchObject({ id: 'm10' });
  expect(await run('m11')).toMatchObject({ id: 'm11' });
  await expect(run('m')).rejects.toMatchObject({
    code: 'usage',
    details: ['memory m1 "m1"', 'memory m10 "m10"', 'memory m11 "m11"'],
  });
  await expect(run('n')).rejects.toMatchObject({ code: 'not_found' });
});

test('says nothing of fields that a line of the reference program says nothing of', () => {
  const repo = new Repo();
  const write = (title: string, form: 'portable' | 'absolute'): void => {
    const line = lineOf(sample('issue', { id: 'i', title, labels: ['x'], close_reason: 'why' }), 5, form).raw;
    writeFileSync(join(repo.root, '.savecontext/issues.jsonl'), `${line}\n`);
  };
  write('one', 'portable');
  repo.commit();
  write('two', 'absolute');
  repo.commit();
  write('three', 'portable');
  const changes = readRecordLog(savecontext, repo.root, 'i').map(({ fields }) => fields);
  expect(changes).toEqual([
    [{ field: 'title', from: '"two"', to: '"three"' }],
    [{ field: 'title', from: '"one"', to: '"two"' }],
    [],
  ]);
});
