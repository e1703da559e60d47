import { execFileSync } from 'node:child_process';
import { mkdirSync } from 'node:fs';
import { join } from 'node:path';
import { beforeEach, describe, expect, it } from 'vitest';

import { tokenOf } from '../../src/record/content.js';
import { Records } from '../../src/sync/records.js';
import { ATLAS, Sandbox, edit, recordIn } from './helpers.js';
import type { JsonObject } from './helpers.js';

let sandbox: Sandbox;
beforeEach(() => {
  sandbox = new Sandbox();
  sandbox.ok(['init']);
});

const put = (...args: string[]): JsonObject => recordIn(sandbox.json(['put', ...args]));
const get = (...args: string[]): unknown => recordIn(sandbox.json(['get', ...args]))['id'];

describe('a record', () => {
  it('is found by id, short id, key, or the beginning of its id; its type need not be said', () => {
    const { id, short_id } = put('issue', 'title=Payment broken') as { id: string; short_id: string };
    put('memory', 'mem_1', 'key=release', 'value=v');
    expect(short_id).toMatch(/^[0-9a-f]{4}$/);
    for (const name of [id, short_id, `SC-${short_id.toUpperCase()}`, id.slice(0, 20), id.slice(6)]) {
      expect(get('issue', name)).toBe(id);
      expect(get(name)).toBe(id);
    }
    expect(get('Memories', 'release')).toBe('mem_1');
    expect(get('release')).toBe('mem_1');
    expect(sandbox.ok(['put', short_id, 'status=closed'])).toBe(`changed issue ${short_id} "Payment broken"\n`);
    expect(sandbox.json(['private', 'release'])).toMatchObject({ records: [{ type: 'memory', id: 'mem_1' }] });
    expect(sandbox.json(['list', 'ISSUES'])).toMatchObject({ type: 'issue', records: [{ id, status: 'closed' }] });
    expect(sandbox.ok(['rm', short_id])).toBe(`deleted issue ${short_id} "Payment broken"\n`);
  });

  it('is found in a database of the reference program by its short id', () => {
    const other = Sandbox.withFixture('full/before.db');
    other.ok(['init', '--project', ATLAS]);
    const found = (name: string): unknown => recordIn(other.json(['get', name]))['id'];
    expect([found('aa2d'), found('ATL-aa2d'), found('TE-b2b7'), found('b2b7')]).toEqual([
      'issue_f1e08cf0-a32',
      'issue_f1e08cf0-a32',
      'time_1ddb2c9f-018b-4f12-851a-e5440feeea74',
      'time_1ddb2c9f-018b-4f12-851a-e5440feeea74',
    ]);
  });

  it('is one of several where a name could mean them: they are listed', () => {
    put('issue', 'issue_a1', 'title=One', 'short_id=7777');
    put('issue', 'issue_a2', 'title=Two', 'short_id=7777');
    const error = sandbox.error(['get', '7777'], 4);
    expect(error).toMatchObject({
      code: 'usage',
      message: 'The name 7777 fits 2 records',
      details: ['issue issue_a1 (7777) "One"', 'issue issue_a2 (7777) "Two"'],
    });
    expect(sandbox.error(['rm', 'issue', '7777'], 4)).toMatchObject(error);
  });

  it('that is not there: the nearest is proposed, by any of its names', () => {
    put('issue', 'issue_a1', 'title=Payment broken', 'short_id=6b1d');
    put('memory', 'mem_1', 'key=release', 'value=v');
    const hint = (...args: string[]): unknown => {
      const error = sandbox.error(args, 4);
      expect(error['code']).toBe('not_found');
      return error['hint'];
    };
    expect(hint('get', 'issue', '6b1c')).toBe('did you mean issue 6b1d "Payment broken"?');
    expect(hint('rm', '6b1c')).toBe('did you mean issue 6b1d "Payment broken"?');
    expect(hint('get', 'payment')).toBe('did you mean issue 6b1d "Payment broken"?');
    expect(hint('get', 'memory', 'relase')).toBe('did you mean memory release?');
    expect(hint('get', 'issue', 'zzzzzz')).toBe('see them all: sc-sync list issue');
    expect(hint('import', '--force', '6b1c')).toBe('did you mean issue 6b1d "Payment broken"?');
    expect(hint('diff', '6b1c')).toBe('did you mean issue 6b1d "Payment broken"?');
    expect(hint('conflicts', '6b1c')).toBe('did you mean issue 6b1d "Payment broken"?');
    expect(sandbox.error(['get', 'isue', 'x'], 4)).toMatchObject({ code: 'usage', hint: 'did you mean issue?' });
    expect(sandbox.error(['put', 'isue', 'title=x'], 4)).toMatchObject({ code: 'usage', hint: 'did you mean issue?' });
    expect(sandbox.error(['get', 'issue'], 4)).toMatchObject({
      code: 'usage',
      hint: 'see them all: sc-sync list issue',
    });
  });

  it('of another project is named with its project', () => {
    put('memory', 'mem_1', 'key=k', 'value=v');
    const cwd = join(sandbox.root, 'other');
    mkdirSync(cwd);
    sandbox.ok(['init'], { cwd });
    const { hint } = sandbox.error(['get', 'mem_1'], 4, { cwd });
    expect(hint).toBe(`it belongs to another project: --project ${sandbox.project}`);
  });
});

describe('put of a name that no record has', () => {
  it('makes a record of any name where the fields say the natural key', () => {
    expect(sandbox.error(['put', 'memory', 'm1', 'value=v', 'category=note'], 4)['code']).toBe('not_found');
    expect(put('memory', 'm1', 'key=k', 'value=v', 'category=note')).toMatchObject({ id: 'm1', key: 'k' });
    expect(put('memory', 'm1', 'key=k2')).toMatchObject({ id: 'm1', key: 'k2', value: 'v' });
  });

  it('makes a record of a whole id alone, or with --create', () => {
    const error = sandbox.error(['put', 'issue', '6b1d', 'title=x'], 4);
    expect(error).toMatchObject({ code: 'not_found', hint: expect.stringContaining('--create') as unknown });
    expect(sandbox.error(['put', '6b1d', 'title=x'], 4)['code']).toBe('not_found');
    expect(sandbox.json(['list', 'issue'])).toEqual({ type: 'issue' });
    expect(put('issue_9', 'title=x')).toMatchObject({ type: 'issue', id: 'issue_9' });
    expect(put('issue', '6b1d', 'title=x', '--create')).toMatchObject({ id: '6b1d' });
    expect(sandbox.json(['put', 'issue', '6b1d', 'title=x', '--create'])['action']).toBe('unchanged');
  });

  it('takes no whole id for the beginning of another one, and neither does rm', () => {
    put('issue', 'issue_12', 'title=x');
    expect(sandbox.error(['rm', 'issue', 'issue_1'], 4)['hint']).toContain('did you mean issue');
    expect(put('issue', 'issue_1', 'title=y')).toMatchObject({ id: 'issue_1' });
    expect(recordIn(sandbox.json(['get', 'issue_12']))).toMatchObject({ title: 'x' });
    const { id } = put('issue', 'title=made') as { id: string };
    const beginning = id.slice(0, 14);
    put('issue', `${beginning}zz`, 'title=z', '--create');
    expect(sandbox.error(['rm', 'issue', beginning], 4)['message']).toBe(`The name ${beginning} fits 2 records`);
  });

  it('takes the type from JSON', () => {
    const input = '{"record":{"type":"memory","id":"mem_1","key":"k","value":"v"}}';
    expect(sandbox.json(['put', '-'], { input })).toMatchObject({ action: 'created', record: { type: 'memory' } });
    expect(sandbox.error(['put', 'title=x'], 4)['message']).toContain('without a type: the types are session, plan');
  });
});

describe('short ids', () => {
  it('are given to issues, plans and time entries, are unique in a project, and may be said', () => {
    expect(put('plan', 'title=p')['short_id']).toMatch(/^PLAN-[0-9a-f]{4}$/);
    expect(put('time_entry', 'hours=1', 'description=x', 'work_date=2026-01-31')['short_id']).toMatch(
      /^TE-[0-9a-f]{4}$/,
    );
    expect(put('issue', 'title=x', 'short_id=OWN-1')['short_id']).toBe('OWN-1');
    const words = sandbox.withStore((store) => {
      const records = new Records(store, sandbox.project);
      return Array.from({ length: 300 }, () =>
        tokenOf(records.put('issue', undefined, { title: 'x' }, 0xaa14), 'short_id'),
      );
    });
    expect(words[0]).toBe('"aa14"');
    expect(new Set(words).size).toBe(300);
  });
});

describe('import --force, diff, conflicts and --allow-secret', () => {
  it('take names, also of what only the files have', () => {
    put('memory', 'mem_1', 'key=release', 'value=old');
    put('memory', 'mem_2', 'key=other', 'value=x');
    sandbox.ok(['export']);
    execFileSync('cp', ['-r', sandbox.dir, join(sandbox.root, 'old')]);
    put('release', 'value=new');
    put('other', 'value=y');
    expect(sandbox.ok(['diff', 'release'])).toMatch(
      /^files: memory release changed\n {4}value: "old" -> "new"\n {4}updated_at: .*\n$/,
    );
    sandbox.ok(['export']);
    execFileSync('cp', ['-r', join(sandbox.root, 'old', 'memories.jsonl'), sandbox.dir]);
    sandbox.ok(['rm', 'release']);
    sandbox.run(['import', '--force', 'release']);
    expect(recordIn(sandbox.json(['get', 'release']))).toMatchObject({ id: 'mem_1', value: 'old' });
    expect(recordIn(sandbox.json(['get', 'other']))).toMatchObject({ value: 'y' });
  });

  it('of the journal are numbers first', () => {
    put('issue', 'issue_1', 'title=one', 'short_id=0001');
    sandbox.ok(['sync']);
    edit(join(sandbox.dir, 'issues.jsonl'), '"title":"one"', '"title":"there"');
    put('0001', 'title=here');
    sandbox.ok(['sync']);
    expect(sandbox.json(['conflicts', '0001'])['conflicts']).toHaveLength(1);
    expect(sandbox.json(['conflicts', 'show', 'issue', '0001'])['conflicts']).toHaveLength(1);
    expect(sandbox.json(['conflicts', 'show', '1'])['conflicts']).toHaveLength(1);
    expect(sandbox.error(['conflicts', 'show', '77'], 4)['message']).toBe('The journal has no entry 77');
    expect(sandbox.json(['conflicts', 'take', '0001'])['taken']).toHaveLength(1);
    expect(sandbox.json(['conflicts', '0001'])).toEqual({});
    expect(sandbox.error(['conflicts', 'drop', '0001'], 4)['message']).toContain('no entry of issue 0001 "');
  });

  it('lets the values of a record out by its short id', () => {
    const token = `ghp_${'0aB'.repeat(12)}`;
    put('issue', 'title=t', 'short_id=5ec2', `details=${token}`);
    expect(sandbox.error(['export'], 6)['code']).toBe('secret_found');
    sandbox.ok(['export', '--allow-secret', '5ec2']);
  });
});

describe('log', () => {
  it('takes a type before the name, and a key', () => {
    const git = (...args: string[]): unknown =>
      execFileSync('git', ['-c', 'user.name=t', '-c', 'user.email=t@example.org', ...args], { cwd: sandbox.project });
    put('issue', 'issue_1', 'title=x', 'short_id=6b1d');
    put('memory', 'mem_1', 'key=6b1d-notes', 'value=v');
    put('memory', 'mem_2', 'key=6B1D', 'value=v');
    sandbox.ok(['export']);
    git('init', '--quiet');
    git('add', '-A');
    git('commit', '--quiet', '-m', 'first');
    const logged = (...names: string[]): unknown => sandbox.json(['log', ...names])['id'];
    expect(logged('issues', 'SC-6B1D')).toBe('issue_1');
    expect(logged('memory', '6B1D')).toBe('mem_2');
    expect(logged('memory', '6b1d-notes')).toBe('mem_1');
    expect(logged('6b1d')).toBe('issue_1');
    expect(sandbox.error(['log', 'plan', '6b1d'], 4)).toMatchObject({ code: 'not_found' });
  });
});
