import { execFileSync } from 'node:child_process';
import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';

import { ensureGitignore, gitignoreContent } from '../../src/files/gitignore.js';
import { temporaryFolder } from './temporary-folder.js';
import { thrownBy } from './thrown.js';

const SHARED = ['.gitattributes', '.gitignore', 'issues.jsonl', 'registry.json', 'sync.json'];

/** What git would add from a folder with such an ignore file, after `ensureGitignore`. */
function visibleToGit(ignoreFile: string | null): readonly string[] {
  const dir = temporaryFolder();
  const git = (...args: readonly string[]): string => execFileSync('git', args, { cwd: dir, encoding: 'utf8' });
  git('init', '--quiet');
  for (const name of [...SHARED.filter((each) => each !== '.gitignore'), '.sync.lock', 'config.json', 'notes.md']) {
    writeFileSync(join(dir, name), '');
  }
  mkdirSync(join(dir, '.history'));
  writeFileSync(join(dir, '.history', 'issues.jsonl'), '');
  if (ignoreFile !== null) writeFileSync(join(dir, '.gitignore'), ignoreFile);
  ensureGitignore(dir);
  expect(ensureGitignore(dir)).toBe('unchanged');
  return git('ls-files', '--others', '--exclude-standard').split('\n').filter(Boolean).sort();
}

function extended(ignoreFile: string): string {
  const path = join(temporaryFolder(), '.gitignore');
  writeFileSync(path, ignoreFile);
  expect(ensureGitignore(join(path, '..'))).toBe('extended');
  return readFileSync(path, 'utf8');
}

describe('ensureGitignore', () => {
  it('creates the file once', () => {
    const dir = temporaryFolder();
    expect(ensureGitignore(dir)).toBe('created');
    expect(readFileSync(join(dir, '.gitignore'), 'utf8')).toBe(gitignoreContent());
    expect(ensureGitignore(dir)).toBe('unchanged');
  });

  it.each([
    ['none', null],
    ['an empty one', ''],
    ["the reference's", '# comment\n*\n\n!.gitignore\n\n!*.jsonl\n'],
    ['one without a final newline', '*\n!.gitignore'],
    ['one with CRLF', '*\r\n!.gitignore\r\n!*.jsonl\r\n'],
    [
      'one with its exceptions before the rule',
      '!.gitignore\n!.gitattributes\n!*.jsonl\n!sync.json\n!registry.json\n*\n',
    ],
    ['one with slashes', '/*\n!/.gitignore\n!/*.jsonl\n'],
    ['one with other rules', '*.tmp\n'],
  ])('shows git the shared files and no others, whatever was there: %s', (_, ignoreFile) => {
    expect(visibleToGit(ignoreFile)).toEqual(SHARED);
  });

  it("keeps the user's own exceptions", () => {
    const expected = [...SHARED, 'notes.md'].sort();
    expect(visibleToGit('*\n!notes.md\n')).toEqual(expected);
    expect(visibleToGit('!notes.md\n')).toEqual(expected);
  });

  it('only appends, and only what is missing', () => {
    expect(extended('*\n!.gitignore\n!*.jsonl\n')).toBe(
      '*\n!.gitignore\n!*.jsonl\n# Added by savecontext-sync:\n!.gitattributes\n!sync.json\n!registry.json\n',
    );
    expect(extended('*\r\n!.gitignore\r\n!.gitattributes\r\n!*.jsonl')).toBe(
      '*\r\n!.gitignore\r\n!.gitattributes\r\n!*.jsonl\r\n# Added by savecontext-sync (the line above had no end):\r\n!sync.json\r\n!registry.json\r\n',
    );
  });

  it('keeps bytes that are no UTF-8', () => {
    const dir = temporaryFolder();
    const old = Buffer.from([0x23, 0xff, 0x0a]);
    writeFileSync(join(dir, '.gitignore'), old);
    expect(ensureGitignore(dir)).toBe('extended');
    expect([...readFileSync(join(dir, '.gitignore')).subarray(0, 3)]).toEqual([...old]);
  });

  it('reports a folder that is missing', () => {
    expect(thrownBy(() => ensureGitignore(join(temporaryFolder(), 'none'))).code).toBe('io');
  });
});
