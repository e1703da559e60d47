import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { expect, it } from 'vitest';

import { readPage, root } from '../page-examples.js';

it('names for each situation of the data folder a test that is there', () => {
  const [, section = ''] = readPage('docs/git-situations.md').split(/^## .*$/m);
  const rows = section.split('\n').filter((line) => line.startsWith('|'));
  const tests = rows.slice(2).map((row) => /`(test\/[^`]*)` +\|$/.exec(row)?.[1]);
  expect(tests.length).toBeGreaterThan(20);
  expect(tests.filter((path) => path === undefined || !existsSync(join(root, path)))).toEqual([]);
});
