import { Ajv2020 } from 'ajv/dist/2020.js';
import { describe, expect, it } from 'vitest';

import { NAMES, schemaOf } from '../../src/cli/schemas/verbs.js';
import { VERBS } from '../../src/cli/verbs.js';
import { pair } from '../git/clones.js';
import { ATLAS, Sandbox } from './helpers.js';
import { expectValid } from './valid.js';

/** The members that a schema has, at any depth. */
function membersOf(schema: unknown): [name: string, schema: Readonly<Record<string, unknown>>][] {
  if (typeof schema !== 'object' || schema === null) return [];
  const own = 'properties' in schema ? Object.entries(schema.properties as object) : [];
  return [...own, ...Object.values(schema).flatMap(membersOf)];
}

describe('schema', () => {
  it('has one for each verb, as text and as JSON', () => {
    expect([...NAMES].sort()).toEqual(VERBS.map(({ name }) => name).sort());
    const sandbox = new Sandbox();
    const text = sandbox.ok(['schema', 'sync']);
    expect(JSON.parse(text)).toEqual(sandbox.json(['schema', 'sync']));
    expect(new Ajv2020().validateSchema(JSON.parse(text) as object)).toBe(true);
    expect(sandbox.error(['schema', 'snyc'], 4)).toMatchObject({ code: 'usage', hint: 'did you mean sync?' });
  });

  it('has one form for every time: a text in UTC', () => {
    const times = NAMES.flatMap((name) => membersOf(schemaOf(name))).filter(([name]) => /^(at|time|stamp)$/.test(name));
    expect(times.length).toBeGreaterThan(3);
    for (const [name, { pattern = 'none' }] of times) {
      expect('2026-01-31T10:00:00.000Z', name).toMatch(new RegExp(String(pattern)));
      expect('2026-01-31T10:00:00+01:00', name).not.toMatch(new RegExp(String(pattern)));
    }
  });

  it('refuses what no verb prints', () => {
    expect(() => expectValid(['rm'], { deleted: [] })).toThrow();
    expect(() => expectValid(['rm'], { removed: [{ type: 'issue', id: 'x' }] })).toThrow();
    expect(() => expectValid(['rm'], { error: { code: 'usage', message: 'm' } })).toThrow();
  });
});

/** Every helper that runs a verb with `--json` validates what it prints; here each verb prints something. */
describe('what every verb prints is as its schema says', () => {
  it('of a database of the reference program and its files', () => {
    const sandbox = Sandbox.withFixture('full/before.db');
    sandbox.json(['init', '--project', ATLAS]);
    for (const verb of ['init', 'status', 'diff', 'sync', 'import', 'export', 'conflicts', 'private']) {
      sandbox.json([verb]);
    }
    sandbox.json(['sync', '--all']);
    sandbox.json(['log', 'x'], { status: 4 });
  });

  it('of single records', () => {
    const sandbox = new Sandbox();
    sandbox.json(['init']);
    for (const args of [
      ['put', 'memory', 'mem_1', 'key=a', 'value=b'],
      ['get', 'mem_1'],
      ['list', 'memory'],
      ['private', 'mem_1'],
      ['private', '--accept'],
      ['rm', 'mem_1'],
      ['resolve'],
      ['backup', 'copy.db'],
      ['restore', 'copy.db'],
    ]) {
      sandbox.json(args);
    }
  });

  it('in two clones of a repository', () => {
    const { ann, bob } = pair();
    ann.put('issue', 'issue_1', 'title=by ann', 'labels=["a","new"]');
    bob.put('issue', 'issue_1', 'title=by bob');
    bob.rm('issue', 'issue_2');
    for (const args of [['push'], ['log', 'issue_1'], ['diff', '--base', 'HEAD~1'], ['check'], ['status']])
      ann.json(args);
    for (const args of [['diff'], ['pull'], ['log', 'issue_2'], ['status'], ['push']]) bob.json(args);
    ann.json(['pull']);
    const [clone, words] = ann.journal().length > 0 ? [ann, ['1']] : [bob, ['1']];
    for (const action of ['show', 'take']) clone.json(['conflicts', action, ...words]);
    clone.json(['hook', 'post-merge']);
    clone.json(['init', '--undo']);
    clone.json(['init', '--driver-only', '--key', 'id', 'x/*.jsonl']);
    clone.json(['merge-driver', 'none', 'none', 'none', 'x'], 8);
  });

  it('a sync with nothing to do says little', () => {
    const sandbox = new Sandbox();
    sandbox.ok(['init']);
    sandbox.ok(['sync']);
    const { project, dir } = sandbox;
    expect(sandbox.json(['sync'])).toEqual({ project, dir, dryRun: false, inSync: true });
  });
});
