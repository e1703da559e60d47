import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { beforeEach, describe, expect, it } from 'vitest';

import { Sandbox, recordIn } from './helpers.js';
import type { JsonObject } from './helpers.js';

let sandbox: Sandbox;
beforeEach(() => {
  sandbox = new Sandbox();
  sandbox.ok(['init']);
});

const put = (...args: string[]): JsonObject => recordIn(sandbox.json(['put', ...args]));
const idOf = (record: JsonObject): string => record['id'] as string;

describe('put', () => {
  it('makes a record with the defaults of its table, and reads values by the types of fields', () => {
    const issue = put(
      'issue',
      'title=Login = broken',
      'priority=1',
      'closed_at=9223372036854775807',
      'labels=["b","a"]',
    );
    expect(issue).toMatchObject({ title: 'Login = broken', priority: 1, status: 'open', labels: ['a', 'b'] });
    expect(idOf(issue)).toMatch(/^issue_[0-9a-f-]{36}$/);
    expect(sandbox.ok(['get', 'issue', idOf(issue), '--json'])).toContain('"closed_at":9223372036854775807,');
    expect(put('time_entry', 'hours=1.5', 'description=x', 'work_date=2026-01-31')).toMatchObject({ hours: 1.5 });
  });

  it('changes the given fields, null included, and bumps updated_at', () => {
    const before = put('issue', 'issue_1', 'title=a', 'details=b', 'updated_at=5');
    expect(before).toMatchObject({ id: 'issue_1', updated_at: 5 });
    const text = sandbox.ok(['put', 'issue', 'issue_1', 'details=null', 'status=closed']);
    expect(text).toMatch(/^changed issue \w{4} "a"\n$/);
    const after = recordIn(sandbox.json(['get', 'issue', 'issue_1']));
    expect(after).toMatchObject({ title: 'a', details: null, status: 'closed' });
    expect(after['updated_at']).toBeGreaterThan(5);
  });

  it('sets the time that follows from a status, and empties it, unless it is said', () => {
    const closed = put('issue', 'issue_1', 'title=a', 'status=closed');
    expect(closed['closed_at']).toBe(closed['updated_at']);
    expect(put('issue_1', 'status=closed', 'details=x')['closed_at']).toBe(closed['closed_at']);
    expect(put('issue_1', 'status=open')['closed_at']).toBeNull();
    expect(put('issue_1', 'status=closed', 'closed_at=7')['closed_at']).toBe(7);
    expect(put('issue_1', 'status=open', 'closed_at=8')['closed_at']).toBe(8);
    expect(put('issue_1', 'closed_at=null')['closed_at']).toBeNull();
    const input = '{"id":"issue_1","status":"closed","closed_at":null}';
    expect(recordIn(sandbox.json(['put', 'issue', '-'], { input }))['closed_at']).toBeNull();
    expect(put('session', 'sess_1', 'name=s')['ended_at']).toBeNull();
    expect(put('sess_1', 'status=paused')['ended_at']).toBeGreaterThan(5);
    expect(put('plan', 'title=p', 'status=completed')['completed_at']).toBeGreaterThan(5);
  });

  it('takes words with commas for a set of words, and gives new elements their time', () => {
    expect(put('issue', 'issue_1', 'title=a', 'labels=bug, ui')).toMatchObject({ labels: ['bug', 'ui'] });
    expect(put('issue_1', 'labels=')).toMatchObject({ labels: [] });
    put('issue', 'issue_2', 'title=b');
    const depends = 'dependencies=[{"depends_on_id":"issue_2","dependency_type":"blocks"}]';
    const [first] = put('issue_1', depends)['dependencies'] as JsonObject[];
    expect(first?.['created_at']).toBeGreaterThan(5);
    expect(sandbox.json(['put', 'issue_1', depends])['action']).toBe('unchanged');
  });

  it('makes no edit of what stays the same', () => {
    put('issue', 'issue_1', 'title=a', 'updated_at=5');
    const again = sandbox.json(['put', 'issue', 'issue_1', 'title=a']);
    expect(again).toMatchObject({ action: 'unchanged', record: { updated_at: 5 } });
  });

  it('takes from standard input what get prints, here and elsewhere', () => {
    put('memory', 'mem_1', 'key=k', 'value=v');
    const got = sandbox.ok(['get', 'memory', 'mem_1', '--json']);
    expect(sandbox.json(['put', 'memory', '-'], { input: got })).toMatchObject({ action: 'unchanged' });
    const edited = got.replace('"value":"v"', '"value":"w"');
    const after = sandbox.json(['put', 'memory', 'mem_1', '-'], { input: edited });
    expect(after).toMatchObject({ action: 'changed', record: { id: 'mem_1', value: 'w' } });
    const other = new Sandbox();
    other.ok(['init']);
    expect(other.json(['put', 'memory', '-'], { input: got })).toMatchObject({
      action: 'created',
      record: { id: 'mem_1', value: 'v' },
    });
  });

  it('takes a line of a file from standard input, and an object without an id', () => {
    const line =
      '{"type":"memory","id":"mem_9","project_path":".","key":"k","value":"v","v":1,"content_hash":"0","exported_at":"x"}';
    expect(sandbox.json(['put', 'memory', '-'], { input: line })).toMatchObject({ record: { id: 'mem_9', key: 'k' } });
    const created = sandbox.json(['put', 'issue', '--json', '-'], {
      input: '{"title":"t","closed_at":9007199254740993}',
    });
    expect(created['action']).toBe('created');
  });

  it('reads files for @, and takes @@ for an @', () => {
    writeFileSync(join(sandbox.project, 'plan.md'), 'one\ntwo\n');
    expect(put('memory', 'key=a', 'value=@plan.md')).toMatchObject({ value: 'one\ntwo\n' });
    expect(put('memory', 'key=b', 'value=@@plan.md')).toMatchObject({ value: '@plan.md' });
    writeFileSync(join(sandbox.project, 'bad'), new Uint8Array([0xff]));
    expect(sandbox.error(['put', 'memory', 'key=c', 'value=@bad'], 4)['message']).toContain('no UTF-8');
    expect(sandbox.error(['put', 'memory', 'key=c', 'value=@none'], 8)['code']).toBe('io');
  });

  it.each([
    ['an unknown field', ['issue', 'titel=x'], 'has no field "titel"', 'bad_input'],
    [
      'a value of another type',
      ['issue', 'title=x', 'priority=high'],
      'Cannot save the new issue: priority must be 0 to 4, not "high"',
      'bad_input',
    ],
    [
      'a number out of range',
      ['issue', 'title=x', 'priority=9'],
      'Cannot save the new issue: priority must be 0 to 4, not 9',
      'bad_input',
    ],
    ['a missing field', ['memory', 'key=x'], 'Cannot save the new memory: value is required', 'bad_input'],
    ['a set that is no JSON', ['issue', 'title=x', 'labels=[bug'], 'Cannot read labels', 'bad_input'],
    ['a set that needs JSON', ['issue', 'title=x', 'dependencies=a'], 'Cannot read dependencies', 'bad_input'],
    ['a field twice', ['issue', 'title=x', 'title=y'], 'Cannot put title twice', 'usage'],
    ['no fields', ['issue', 'issue_1'], 'needs field=value', 'usage'],
    ['a word that is none', ['issue', 'title=x', 'y'], 'must be field=value', 'usage'],
    [
      'another project',
      ['issue', 'title=x', 'project_path=/elsewhere'],
      'since a record stays in its project',
      'bad_input',
    ],
    ['a parent that is not here', ['context_item', 'session_id=s', 'key=k', 'value=v'], 'no session s', 'not_found'],
  ])('refuses %s', (_, args, message, code) => {
    const error = sandbox.error(['put', ...args], 4);
    expect(error).toMatchObject({ code, message: expect.stringContaining(message) as unknown });
  });

  it.each([
    ['no JSON', '{"title":'],
    ['another type', '{"type":"memory","title":"x"}'],
    ['another id', '{"id":"issue_2","title":"x"}'],
    ['a name twice', '{"title":"x","title":"y"}'],
    ['no object', '[]'],
  ])('refuses %s from standard input', (_, input) => {
    expect(sandbox.error(['put', 'issue', 'issue_1', '-'], 4, { input })['code']).toBe('bad_input');
  });

  it('refuses a natural key that another record has', () => {
    put('memory', 'mem_1', 'key=k', 'value=v');
    expect(sandbox.error(['put', 'memory', 'key=k', 'value=w'], 6)['code']).toBe('refused');
  });
});

describe('get and list', () => {
  it('print a record field by field; further lines of a text are indented', () => {
    put('memory', 'mem_1', 'key=k', 'value=one\nkey   forged');
    const text = sandbox.ok(['get', 'memory', 'mem_1']);
    expect(text).toMatch(/^key +k$/m);
    expect(text).toMatch(/^value +one\n +key {3}forged$/m);
  });

  it('say which record is not there', () => {
    expect(sandbox.error(['get', 'issue', 'nope'], 4)).toMatchObject({ code: 'not_found' });
    expect(sandbox.error(['get', 'isue', 'nope'], 4)).toMatchObject({ code: 'usage' });
  });

  it('list what conditions leave, in the order of ids', () => {
    put('issue', 'issue_3', 'title=c', 'labels=["bug"]');
    put('issue', 'issue_1', 'title=a', 'labels=["bug","ui"]', 'priority=0');
    put('issue', 'issue_2', 'title=b', 'details=A Needle');
    const ids = (...args: string[]): unknown[] =>
      ((sandbox.json(['list', 'issue', ...args])['records'] ?? []) as JsonObject[]).map(idOf);
    expect(ids()).toEqual(['issue_1', 'issue_2', 'issue_3']);
    expect(ids('--limit', '2')).toEqual(['issue_1', 'issue_2']);
    expect(ids('--limit', '0')).toEqual([]);
    expect(ids('labels=bug')).toEqual(['issue_1', 'issue_3']);
    expect(ids('labels=bug', 'priority=0')).toEqual(['issue_1']);
    expect(ids('details=null', '--limit', '1')).toEqual(['issue_1']);
    expect(ids('needle')).toEqual(['issue_2']);
    expect(ids('bu', 'b')).toEqual(['issue_1', 'issue_3']);
    expect(ids('--sort', '-title')).toEqual(['issue_3', 'issue_2', 'issue_1']);
    expect(ids('--sort', 'priority', '--limit', '1')).toEqual(['issue_1']);
    expect(sandbox.error(['list', 'issue', '--sort', 'titel'], 4)['hint']).toBe('did you mean title?');
    const text = sandbox.ok(['list', 'issue']);
    expect(text).toMatch(/^id +title +status +priority +labels +age\n\w{4} +a +open +0 +bug, ui +now\n/);
    expect(text).toMatch(/\n3 records\n$/);
    expect(sandbox.error(['list', 'issue', 'nope=1'], 4)['hint']).toContain('title');
    expect(sandbox.error(['list', 'issue', 'priority=x'], 4)['message']).toContain('priority');
  });
});

describe('rm', () => {
  it('deletes a lone record without a question', () => {
    put('memory', 'mem_1', 'key=k', 'value=v');
    expect(sandbox.ok(['rm', 'memory', 'mem_1'])).toBe('deleted memory k\n');
    expect(sandbox.error(['rm', 'memory', 'mem_1'], 4)['code']).toBe('not_found');
  });

  it('names what goes with a record, and needs --yes for it', () => {
    put('session', 'sess_1', 'name=s');
    put('context_item', 'item_1', 'session_id=sess_1', 'key=k', 'value=v');
    const error = sandbox.error(['rm', 'session', 'sess_1'], 6);
    expect(error).toMatchObject({ code: 'refused', details: ['context_item k'] });
    expect(sandbox.run(['rm', 'session', 'sess_1'])).toMatchObject({ status: 6, stdout: '' });
    expect(sandbox.json(['get', 'context_item', 'item_1'])).toBeDefined();
    expect(sandbox.json(['rm', 'session', 'sess_1', '--yes'])).toEqual({
      deleted: [
        { type: 'session', id: 'sess_1' },
        { type: 'context_item', id: 'item_1' },
      ],
    });
    sandbox.json(['get', 'context_item', 'item_1'], { status: 4 });
  });
});
