import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, it } from 'vitest';

import { sectionFor, withSection } from '../../src/cli/agents-section.js';
import { Sandbox } from './helpers.js';

const SECTION = sectionFor({ folder: '.savecontext', types: ['session', 'issue'] });

it('agents prints the section, and --add writes it once and keeps what else is there', () => {
  const sandbox = new Sandbox();
  const path = join(sandbox.project, 'AGENTS.md');
  expect(sandbox.ok(['agents'])).toBe(SECTION);
  expect(sandbox.json(['agents'])).toEqual({ text: SECTION });
  expect(sandbox.json(['agents', '--add'])).toEqual({ path, action: 'created' });
  expect(readFileSync(path, 'utf8')).toBe(SECTION);
  const own = Buffer.concat([Buffer.from('# Ours\n\nno end, and bytes: '), Buffer.from([0xff, 0xfe])]);
  writeFileSync(path, own);
  expect(sandbox.ok(['agents', '--add'])).toBe(`changed ${path}\n`);
  const added = readFileSync(path);
  expect(added).toEqual(Buffer.concat([own, Buffer.from(`\n\n${SECTION}`)]));
  expect(sandbox.json(['agents', '--add'])).toEqual({ path, action: 'unchanged' });
  expect(readFileSync(path)).toEqual(added);
});

it('the section of an older version is replaced in its place, with the line ends of the text', () => {
  const old = SECTION.replace(/^- .*\n/gm, '');
  for (const [before, after] of [
    ['', ''],
    ['mine\n\n', '\nalso mine\n'],
    ['mine\n', 'close behind'],
  ] as const) {
    const expected = `${before}${SECTION}${after}`;
    expect(withSection(`${before}${old}${after}`, SECTION, 'x')).toBe(expected);
    expect(withSection(expected, SECTION, 'x')).toBe(expected);
    const crlf = (text: string): string => text.replaceAll('\n', '\r\n');
    expect(withSection(crlf(`${before}${old}${after}`), SECTION, 'x')).toBe(crlf(expected));
  }
  expect(withSection('mine\n', SECTION, 'x')).toBe(`mine\n\n${SECTION}`);
  expect(() => withSection(SECTION.slice(0, 200), SECTION, 'AGENTS.md')).toThrow(/AGENTS\.md has no end/);
});
