import { appendFileSync, mkdirSync, readFileSync, renameSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';

import { describe, expect, it } from 'vitest';

import { openDriver } from '../../src/store/drivers/open-driver.js';
import { Sql } from '../../src/store/sql.js';
import type { JsonObject } from '../cli/helpers.js';
import { Clone, folder, pair } from './clones.js';

/** Ann's branch, begun where the remote is. */
function onBranch(): { ann: Clone; bob: Clone; remote: string } {
  const clones = pair();
  clones.ann.git('switch', '--quiet', '--create', 'topic');
  clones.ann.git('branch', '--quiet', '--set-upstream-to', 'origin/main');
  return clones;
}

const CHECK = ['check', '--base', 'origin/main'] as const;
const ISSUES = 'issues.jsonl';

function findings(object: JsonObject): Record<string, unknown>[] {
  return (object['findings'] ?? []) as Record<string, unknown>[];
}

/** What is found in a work tree. */
function found(clone: Clone): unknown[] {
  return findings(clone.json(CHECK, 1)).map(({ what, file, line }) => [what, file, line]);
}

function edit(clone: Clone, name: string, change: (lines: string[]) => readonly string[]): void {
  const lines = clone.read(name).trimEnd().split('\n');
  writeFileSync(join(clone.dir, name), `${change(lines).join('\n')}\n`);
}

describe('check says what a branch does to the records', () => {
  it('record by record, field by field, and only what the branch did', () => {
    const { ann, bob } = onBranch();
    bob.put('issue', 'issue_3', 'title=by Bob');
    bob.commit();
    bob.git('push', '--quiet');
    ann.put('issue', 'issue_1', 'priority=4');
    ann.put('memory', 'mem_new', 'key=new', 'value=v');
    ann.rm('memory', 'mem_2');
    ann.commit();
    ann.git('fetch', '--quiet');
    const { changes } = ann.json(CHECK) as { changes: Record<string, unknown>[] };
    expect(changes).toEqual([
      expect.objectContaining({ type: 'issue', id: 'issue_1', action: 'changed' }),
      { type: 'memory', id: 'mem_2', action: 'deleted' },
      expect.objectContaining({ type: 'memory', id: 'mem_new', action: 'created' }),
    ]);
    expect(changes[0]?.['fields']).toContainEqual({ field: 'priority', from: 2, to: 4 });
    expect(ann.ok(...CHECK)).toMatch(
      /^issue issue_1 "title 1" changed\n {4}priority: 2 -> 4\n.*nothing to look at\n$/s,
    );
    // The same branch once it is merged as a forge tries it: a merge commit over what it goes into.
    const ofBranch = ann.json(CHECK);
    ann.git('merge', '--quiet', '--no-edit', 'origin/main');
    expect(ann.json(CHECK)['changes']).toEqual(ofBranch['changes']);
  });

  it('nothing where nothing changed, and without a database', () => {
    const { ann } = onBranch();
    rmSync(ann.db);
    expect(ann.ok(...CHECK)).toBe('no record changes\nnothing to look at\n');
  });

  it('the base is what is named, else what a forge names, else the upstream', () => {
    const { ann } = onBranch();
    const start = ann.git('rev-parse', 'HEAD');
    ann.git('branch', '--quiet', 'before');
    ann.put('issue', 'issue_1', 'priority=4');
    ann.commit();
    const baseOf = (args: readonly string[] = [], env: Readonly<Record<string, string>> = {}): unknown =>
      ann.json(['check', ...args], 0, env)['base'];
    expect(baseOf()).toBe(start);
    ann.git('push', '--quiet', 'origin', 'topic:other');
    const head = ann.git('rev-parse', 'HEAD');
    ann.git('fetch', '--quiet');
    for (const name of [
      'GITHUB_BASE_REF',
      'CI_MERGE_REQUEST_TARGET_BRANCH_NAME',
      'BITBUCKET_PR_DESTINATION_BRANCH',
      'CHANGE_TARGET',
    ])
      expect(baseOf([], { [name]: 'other' }), name).toBe(head);
    expect(baseOf([], { GITHUB_BASE_REF: '' })).toBe(start);
    expect(baseOf(['--base', 'before'], { GITHUB_BASE_REF: 'other' })).toBe(start);
  });

  it('refuses to guess: no upstream, no such commit, none in common, no data', () => {
    const { ann } = onBranch();
    const message = (args: readonly string[]): unknown => (ann.json(args, 4)['error'] as JsonObject)['message'];
    ann.git('branch', '--quiet', '--unset-upstream');
    expect(message(['check'])).toContain('Cannot tell what to compare with');
    expect(message(['check', '--base', '--all'])).toContain('There is no commit "--all"');
    expect(message([...CHECK, '--dir', join(ann.root, 'elsewhere')])).toContain('There is nothing to check');
    ann.git('checkout', '--quiet', '--orphan', 'new');
    ann.git('commit', '--quiet', '-m', 'new');
    expect(message(CHECK)).toContain('no commit in common');
  });
});

describe('check finds what a reviewer must look at', () => {
  it('a line that cannot be read, bytes that are no text, a type that nobody knows', () => {
    const { ann } = onBranch();
    appendFileSync(join(ann.dir, ISSUES), '{"type":"issue"\n{"type":"odd"}\n');
    appendFileSync(join(ann.dir, ISSUES), Buffer.from([0x7b, 0xff, 0x0a]));
    expect(found(ann)).toEqual([
      ['unreadable', ISSUES, 4],
      ['unknown', ISSUES, 5],
      ['unreadable', ISSUES, 6],
    ]);
  });

  it('a line about a value that lost that says something else than its hash', () => {
    const { ann } = onBranch();
    const line = `{"id":"${'0'.repeat(32)}","record":["issue","issue_1"],"field":"title","why":"merge","lost":"x"}`;
    writeFileSync(join(ann.dir, 'conflicts.jsonl'), `${line}\n`);
    expect(found(ann)).toEqual([['unreadable', 'conflicts.jsonl', 1]]);
  });

  it('a time from the end of time', () => {
    const { ann } = onBranch();
    edit(ann, ISSUES, (lines) => lines.map((line) => line.replace(/"exported_at":"\d+/, '"exported_at":"9999')));
    expect(found(ann)[0]).toEqual(['unreadable', ISSUES, 1]);
  });

  it('conflict markers, records that stand twice, lines in no order', () => {
    const { ann } = onBranch();
    const start = ann.read(ISSUES);
    edit(ann, ISSUES, ([first = '', ...rest]) => ['<<<<<<< ours', first, '=======', first, '>>>>>>> theirs', ...rest]);
    expect(found(ann)).toEqual([
      ['markers', ISSUES, 1],
      ['markers', ISSUES, 3],
      ['twice', ISSUES, 4],
      ['markers', ISSUES, 5],
    ]);
    for (const change of [(lines: string[]) => lines.reverse(), (lines: string[]) => [...lines, '']]) {
      writeFileSync(join(ann.dir, ISSUES), start);
      edit(ann, ISSUES, change);
      expect(found(ann)).toEqual([['order', ISSUES, undefined]]);
    }
    ann.ok('resolve');
    expect(ann.ok(...CHECK)).toContain('nothing to look at');
  });

  it('a record that is gone and not deleted, and a deletion that is gone', () => {
    const { ann } = onBranch();
    ann.rm('memory', 'mem_2');
    ann.commit();
    ann.git('push', '--quiet', 'origin', 'topic:main');
    edit(ann, ISSUES, ([, ...others]) => others);
    writeFileSync(join(ann.dir, 'deletions.jsonl'), '');
    const object = ann.json(CHECK, 1);
    expect(findings(object).map(({ what, type, id, file }) => [what, type, id, file])).toEqual([
      ['gone', 'issue', 'issue_1', ISSUES],
      ['gone', 'memory', 'mem_2', 'deletions.jsonl'],
    ]);
    expect(object['changes']).toEqual([{ type: 'issue', id: 'issue_1', action: 'removed' }]);
    // All of the folder at once.
    rmSync(ann.dir, { recursive: true });
    expect(findings(ann.json(CHECK, 1)).filter(({ what }) => what === 'gone')).toHaveLength(6);
  });

  it('a line that was spoilt is unreadable, and its record is not called gone', () => {
    const { ann } = onBranch();
    edit(ann, ISSUES, ([first = '', ...others]) => [first.slice(0, -5), ...others]);
    const object = ann.json(CHECK, 1);
    expect(findings(object).map(({ what, line }) => [what, line])).toEqual([['unreadable', 1]]);
    expect(object['changes']).toBeUndefined();
  });

  it('settings that came, that changed, that cannot be read', () => {
    const { ann } = onBranch();
    const path = join(ann.dir, 'sync.json');
    writeFileSync(path, '{"private":[{"type":"memory"}]}\n');
    expect(ann.run(CHECK)).toMatchObject({
      status: 1,
      stdout: expect.stringContaining('sync.json: was added') as unknown,
    });
    ann.git('add', '-A');
    ann.git('commit', '--quiet', '-m', 'settings');
    ann.git('push', '--quiet', 'origin', 'topic:main');
    expect(ann.ok(...CHECK)).toContain('nothing to look at');
    writeFileSync(path, '{}\n');
    expect(ann.run(CHECK).stdout).toContain('sync.json: was changed');
    writeFileSync(path, '<<<<<<<\n');
    expect(ann.run(CHECK).stdout).toContain('sync.json: Cannot read sync.json');
    rmSync(path);
    expect(ann.run(CHECK).stdout).toContain('sync.json: was removed');
  });

  it('so many that one file cannot fill the page', () => {
    const { ann } = onBranch();
    appendFileSync(join(ann.dir, ISSUES), 'x\n'.repeat(500));
    const all = findings(ann.json(CHECK, 1));
    expect(all).toHaveLength(51);
    expect(all.at(-1)).toMatchObject({ file: ISSUES, message: 'and 450 more lines' });
  });

  it('a link in the place of a file is refused', () => {
    const { ann } = onBranch();
    renameSync(join(ann.dir, ISSUES), join(ann.root, 'aside'));
    symlinkSync('../aside', join(ann.dir, ISSUES));
    expect(ann.run(CHECK).status).toBe(6);
  });
});

describe('check of the records of another program', () => {
  it('goes by the registry in the folder, and names a registry that came', () => {
    const clone = new Clone(join(folder(), 'notes'));
    const sql = new Sql(openDriver(clone.db));
    sql.exec(
      "CREATE TABLE note (uid TEXT PRIMARY KEY, body TEXT NOT NULL); INSERT INTO note VALUES ('n1', 'one'), ('n2', 'two')",
    );
    clone.git('commit', '--quiet', '--allow-empty', '-m', 'start');
    clone.ok('adopt');
    clone.ok('init');
    const dir = join(clone.root, '.sc-sync');
    clone.ok('sync');
    clone.git('add', '-A');
    clone.git('commit', '--quiet', '-m', 'notes');
    const first = clone.json(['check', '--base', 'HEAD~1'], 1);
    expect(first['dir']).toBe(dir);
    expect(findings(first).map(({ what, file }) => [what, file])).toEqual([['registry', 'registry.json']]);
    expect(first['changes']).toMatchObject([
      { type: 'note', id: 'n1', action: 'created' },
      { type: 'note', id: 'n2', action: 'created' },
    ]);
    sql.exec("UPDATE note SET body = 'other' WHERE uid = 'n1'; DELETE FROM note WHERE uid = 'n2'");
    sql.close();
    clone.ok('sync');
    expect(clone.json(['check', '--base', 'HEAD'])['changes']).toMatchObject([
      { id: 'n1', action: 'changed', fields: [{ field: 'body', from: 'one', to: 'other' }, { field: 'changed_at' }] },
      { id: 'n2', action: 'deleted' },
    ]);
  });

  it('a registry that is removed does not hide what it described', () => {
    const { ann } = onBranch();
    mkdirSync(join(ann.root, '.sc-sync'));
    writeFileSync(join(ann.root, '.sc-sync/registry.json'), '{}\n');
    // One that cannot be used is an error, and never a success.
    expect(ann.run([...CHECK, '--dir', join(ann.root, '.sc-sync')]).status).toBe(4);
    ann.git('add', '-A');
    ann.git('commit', '--quiet', '-m', 'registry');
    ann.git('push', '--quiet', 'origin', 'topic:main');
    rmSync(join(ann.root, '.sc-sync'), { recursive: true });
    const object = ann.json([...CHECK, '--dir', join(ann.root, '.sc-sync')], 1);
    expect(findings(object)).toMatchObject([
      { what: 'registry', message: expect.stringContaining('was removed') as unknown },
    ]);
  });
});

describe('the summary for reviewers', () => {
  it('goes into a file or to standard output', () => {
    const { ann } = onBranch();
    ann.put('issue', 'issue_1', 'title=*bold* @everybody `x` <b>');
    ann.commit();
    const path = join(ann.root, 'summary.md');
    expect(ann.ok(...CHECK, '--markdown', 'summary.md')).toContain('nothing to look at');
    const summary = readFileSync(path, 'utf8');
    expect(summary).toContain('1 record: 1 changed.\n');
    expect(summary).toContain('  - ``title: "title 1" -> "*bold* @everybody `x` <b>"``\n');
    expect(ann.ok(...CHECK, '--markdown', '-')).toBe(summary);
  });

  it('is not written through a link that somebody committed', () => {
    const { ann } = onBranch();
    writeFileSync(join(ann.root, 'theirs'), 'theirs');
    symlinkSync('theirs', join(ann.root, 'summary.md'));
    expect(ann.run([...CHECK, '--markdown', 'summary.md']).status).toBe(6);
    expect(readFileSync(join(ann.root, 'theirs'), 'utf8')).toBe('theirs');
  });
});
