import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, it } from 'vitest';

import { root } from '../page-examples.js';
import { BUGS } from './bugs.mjs';

it('each bug can be put in: the text that it replaces stands once in its file', () => {
  const times = BUGS.map(({ name, file, find }) => [
    name,
    readFileSync(join(root, file), 'utf8').split(find).length - 1,
  ]);
  expect(times.filter(([, n]) => n !== 1)).toEqual([]);
});
