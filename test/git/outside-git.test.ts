import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';

import { runBuilt } from '../cli/built-command.js';
import type { Ran } from '../cli/built-command.js';
import { folder } from './clones.js';

const PAGE = readFileSync(new URL('../../docs/merge-driver.md', import.meta.url), 'utf8');

/** The words that a recipe of the page gives the command, as the tool fills them in. */
function callOf(section: 'jj' | 'Mercurial', values: Readonly<Record<string, string>>): string[] {
  const recipe = {
    jj: /^merge-args = (\[.*?\])$/ms,
    Mercurial: /^sc-sync\.args = (.*)$/m,
  }[section].exec(PAGE)?.[1];
  if (recipe === undefined) throw new Error(`the page has no recipe for ${section}`);
  const words = section === 'jj' ? (JSON.parse(recipe) as string[]) : recipe.split(' ');
  return words.map((word) => word.replaceAll(/\$(\w+)/g, (_, name: string) => values[name] ?? `$${name}`));
}

const BASE = '{"id":"a","x":1,"y":1}\n{"id":"b","x":1}\n';

/** Merges as a tool does that gives files with names of its own, in a folder without git. */
function merge(section: 'jj' | 'Mercurial', left: string, right: string): Ran & { result: string; place: string } {
  const place = folder();
  const files = { base: BASE, left, right };
  for (const [name, text] of Object.entries(files)) writeFileSync(join(place, name), text);
  const output = join(place, 'bugs.jsonl');
  writeFileSync(output, section === 'jj' ? '' : left);
  const at = (name: string): string => join(place, name);
  const values = {
    ...{ base: at('base'), left: at('left'), local: at('left'), right: at('right'), other: at('right') },
    ...{ output, path: 'data/bugs.jsonl', marker_length: '9' },
  };
  const { PATH = '' } = process.env;
  const ran = runBuilt(callOf(section, values), {
    cwd: place,
    env: { PATH, HOME: place, GIT_CEILING_DIRECTORIES: '/' },
  });
  for (const [name, text] of Object.entries(files)) expect(readFileSync(join(place, name), 'utf8')).toBe(text);
  return { ...ran, result: readFileSync(output, 'utf8'), place };
}

describe.each(['jj', 'Mercurial'] as const)('a merge by %s', (section) => {
  it('gives one file of both sides, and keeps the files that it was given', () => {
    const { status, result, place } = merge(
      section,
      '{"id":"a","x":2,"y":1}\n{"id":"b","x":1}\n',
      '{"id":"a","x":1,"y":2}\n{"id":"b","x":1}\n',
    );
    expect([status, result]).toEqual([0, '{"id":"a","x":2,"y":2}\n{"id":"b","x":1}\n']);
    expect(existsSync(join(place, 'sc-sync-lost.jsonl'))).toBe(false);
  });

  it('adds what loses to the named file', () => {
    const { status, place, stdout } = merge(section, BASE.replace('"y":1', '"y":2'), BASE.replace('"y":1', '"y":3'));
    expect([status, stdout]).toEqual([0, expect.stringContaining('1 value lost the merge') as string]);
    const lost = readFileSync(join(place, 'sc-sync-lost.jsonl'), 'utf8');
    expect(JSON.parse(lost)).toMatchObject({ keys: ['id'], id: 'a', field: 'y', kept: '3', lost: '2' });
  });

  it('leaves markers where somebody must decide, and says so by its exit status', () => {
    const two = (at: number): string => `${BASE}{"id":"n","created_at":${at}}\n`;
    const { status, result } = merge(section, two(1), two(2));
    expect(status).toBe(1);
    expect(result).toMatch(section === 'jj' ? /^<{9} /m : /^<{7} /m);
  });
});

it('without a file for what loses, a merge outside of git is one conflict, and nothing is lost', () => {
  const place = folder();
  const at = (name: string, text: string): string => {
    writeFileSync(join(place, name), text);
    return join(place, name);
  };
  const files = [at('b', '{"id":"a","x":1}\n'), at('o', '{"id":"a","x":2}\n'), at('t', '{"id":"a","x":3}\n')];
  const run = (...words: string[]): Ran =>
    runBuilt(['merge-driver', ...words, ...files, 'x.jsonl'], {
      cwd: place,
      env: { PATH: process.env['PATH'] ?? '', HOME: place, GIT_CEILING_DIRECTORIES: '/' },
    });
  expect(run('--lost', 'lost').status).toBe(4);
  const { status, stdout } = run('--key', 'id', '--output', join(place, 'new'));
  expect([status, stdout]).toEqual([1, expect.stringContaining('name a file for them with --lost') as string]);
  for (const text of ['"x":2', '"x":3']) expect(readFileSync(join(place, 'new'), 'utf8')).toContain(text);
  for (const word of ['one', 'two']) {
    expect(run('--key', 'id', '--output', join(place, word), '--lost', 'lost').status).toBe(0);
  }
  expect(readFileSync(join(place, 'lost'), 'utf8').trim().split('\n')).toHaveLength(2);
});
