import { mkdirSync, readdirSync, readFileSync, statSync, writeFileSync } from 'node:fs';
import { basename, join } from 'node:path';
import { describe, expect, it } from 'vitest';

import { copyToHistory } from '../../src/files/history.js';
import { temporaryFolder } from './temporary-folder.js';
import { thrownBy } from './thrown.js';

const NOW = Date.UTC(2025, 0, 2, 3, 4, 5, 678);

describe('copyToHistory', () => {
  it('copies the files that exist', () => {
    const dir = temporaryFolder();
    writeFileSync(join(dir, 'a.jsonl'), Buffer.from([0xff, 0x0d, 0x0a]));
    const folder = copyToHistory(dir, ['a.jsonl', 'none.jsonl'], NOW);
    expect(folder).toBe(join(dir, '.history', '20250102T030405678Z-1'));
    expect(readdirSync(folder)).toEqual(['a.jsonl']);
    expect([...readFileSync(join(folder, 'a.jsonl'))]).toEqual([0xff, 0x0d, 0x0a]);
  });

  it('keeps them for their owner alone, whoever may read the files', () => {
    const dir = temporaryFolder();
    writeFileSync(join(dir, 'a.jsonl'), 'a', { mode: 0o644 });
    const folder = copyToHistory(dir, ['a.jsonl'], NOW);
    const modes = [join(dir, '.history'), folder, join(folder, 'a.jsonl')].map((path) => statSync(path).mode & 0o777);
    expect(modes).toEqual([0o700, 0o700, 0o600]);
  });

  it('never overwrites an older copy', () => {
    const dir = temporaryFolder();
    const folders = ['one', 'two', 'three'].map((content) => {
      writeFileSync(join(dir, 'a.jsonl'), content);
      return copyToHistory(dir, ['a.jsonl'], NOW);
    });
    expect(folders.map((folder) => basename(folder).slice(-2))).toEqual(['-1', '-2', '-3']);
    expect(folders.map((folder) => readFileSync(join(folder, 'a.jsonl'), 'utf8'))).toEqual(['one', 'two', 'three']);
  });

  it('reports what cannot be copied, and leaves no half copy', () => {
    const dir = temporaryFolder();
    writeFileSync(join(dir, 'a.jsonl'), 'a');
    mkdirSync(join(dir, 'b.jsonl'));
    const error = thrownBy(() => copyToHistory(dir, ['a.jsonl', 'b.jsonl'], NOW));
    expect(error.code).toBe('io');
    expect(error.message).toContain(join(dir, 'b.jsonl'));
    expect(readdirSync(join(dir, '.history'))).toEqual([]);
  });

  it('reports a folder that is a file', () => {
    const path = join(temporaryFolder(), 'file');
    writeFileSync(path, '');
    expect(thrownBy(() => copyToHistory(path, [], NOW)).code).toBe('io');
  });
});
