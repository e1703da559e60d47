import { readFileSync, readdirSync } from 'node:fs';
import { describe, expect, it } from 'vitest';

import { ERROR_EXIT_STATUS } from '../../src/errors.js';
import { VERBS } from '../../src/cli/verbs.js';
import { MergeStrategy } from '../../src/sync/import/plan.js';
import { Sandbox, oneObject } from './helpers.js';

const DOCS = new URL('../../docs/cli/', import.meta.url);

describe('help', () => {
  it('of the program names every verb, and needs no database', () => {
    const help = new Sandbox().ok(['--help']);
    for (const { name } of VERBS) expect(help).toMatch(new RegExp(`^ {2}${name}[ |]`, 'm'));
  });

  it.each(VERBS.map(({ name }) => name))('of %s has an example', (verb) => {
    const sandbox = new Sandbox();
    const help = sandbox.ok([verb, '--help']);
    expect(help).toMatch(/^Examples?:\n {2}# .*\n {2}\$ sc-sync /m);
    expect(sandbox.ok(['help', verb])).toBe(help);
    expect(help.split('\n').every((line) => line.length <= 120)).toBe(true);
  });

  it('names the fields of every type where records are put', () => {
    const help = new Sandbox().ok(['put', '--help']);
    expect(help).toMatch(/^memory: key, value, category, created_at \(integer\)/m);
    expect(help).not.toContain('project_path');
  });

  it('names every strategy', () => {
    const help = new Sandbox().ok(['import', '--help']);
    for (const strategy of Object.values(MergeStrategy)) expect(help).toContain(`"${strategy}"`);
  });

  it('and the version are one object with --json', () => {
    const sandbox = new Sandbox();
    expect(sandbox.json(['--version'])).toEqual({ version: expect.stringMatching(/^\d+\.\d+\.\d+/) as unknown });
    expect(sandbox.json(['status', '--help'])).toEqual({ help: expect.stringContaining('--check') as unknown });
  });
});

const LISTED = '<type>: session, plan, issue, context_item, memory, checkpoint, time_entry';

describe('wrong usage exits with 4', () => {
  it.each([
    ['an unknown verb', ['stauts'], "Unknown command 'stauts'", 'did you mean status?'],
    ['help for an unknown verb', ['help', 'nope'], "Unknown command 'nope'", undefined],
    ['an unknown option', ['sync', '--al'], "Unknown option '--al'", 'did you mean --all?'],
    ['a missing argument', ['list'], 'Missing <type> after list', LISTED],
    ['Too many arguments', ['status', 'x'], 'Too many arguments', undefined],
    ['an unknown strategy', ['import', '--strategy', 'mine'], 'Allowed choices are three-way', undefined],
    [
      'an unknown action',
      ['conflicts', 'tak', '1'],
      'There is no action tak: give show, take, drop or the name of a record',
      'did you mean take?',
    ],
    ['a limit that is none', ['list', 'issue', '--limit', '-1'], '--limit', undefined],
    ['an unknown type', ['list', 'isue'], 'the types are session, plan, issue', undefined],
    ['a folder that is not there', ['-C', 'nowhere', 'status'], 'There is no folder nowhere (-C)', undefined],
    ['an empty project', ['--project', '', 'status'], '--project needs a path', undefined],
    ['an empty database', ['--db', '', 'status'], '--db needs a path', undefined],
    ['no verb', [], 'A verb is missing', 'see the verbs: sc-sync --help'],
  ])('%s', (_, args, message, hint) => {
    const sandbox = Sandbox.withFixture('empty/before.db');
    sandbox.ok(['init']);
    const error = sandbox.error(args, 4);
    expect(error).toMatchObject({ code: 'usage', message: expect.stringContaining(message) as unknown });
    if (hint !== undefined) expect(error).toMatchObject({ hint });
    const { status, stdout, stderr } = sandbox.run(args);
    expect({ status, stdout }).toEqual({ status: 4, stdout: '' });
    expect(stderr).toContain(args.length === 0 ? 'Usage: sc-sync' : message);
  });

  it('takes global options before and after the verb', () => {
    const sandbox = Sandbox.withFixture('empty/before.db');
    const elsewhere = { cwd: sandbox.root, env: { SC_DB: '' } };
    sandbox.ok(['init', '--db', '../../memory.db', '-C', 'work/proj'], elsewhere);
    const words = ['--json', '--db', '../../memory.db', '-C', 'work/proj', 'status'];
    const before = oneObject(sandbox.ok(words, elsewhere), words);
    const after = sandbox.json(['status', '-C', 'work/proj', '--db', '../../memory.db'], elsewhere);
    expect(after).toEqual(before);
    expect(after).toMatchObject({ project: sandbox.project, dir: sandbox.dir });
  });
});

describe('docs/cli', () => {
  it('lists every code of an error with its exit status', () => {
    const page = readFileSync(new URL('README.md', DOCS), 'utf8');
    const listed = [...page.matchAll(/^\| `(\w+)` +\| (\d+) /gm)].map(([, code, status]) => [code, Number(status)]);
    expect(listed).toEqual([...Object.entries(ERROR_EXIT_STATUS), ['unexpected', 70]]);
  });

  it('has one page for each verb, which names its options', async () => {
    const pages = readdirSync(DOCS).filter((name) => name !== 'README.md');
    expect(pages.sort()).toEqual(VERBS.map(({ name }) => `${name}.md`).sort());
    for (const { name, load } of VERBS) {
      const { options = [] } = (await load()).verb;
      const page = readFileSync(new URL(`${name}.md`, DOCS), 'utf8');
      for (const { long } of options) expect(page, name).toContain(long ?? '');
    }
  });
});
