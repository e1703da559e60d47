import { readFileSync, readdirSync } from 'node:fs';
import { join } from 'node:path';

import { expect, it } from 'vitest';

import { examplesIn, readPage, root, runExample } from './page-examples.js';

it('the example of the README runs and ends in sync', () => {
  const [example, ...others] = examplesIn(readPage('README.md'));
  expect(others).toEqual([]);
  const { output, folder } = runExample(example ?? '');
  expect(output).toContain('0 lines written\n0 created, 0 updated\n');
  expect(output).toMatch(/in sync\n$/);
  expect(readdirSync(folder)).toContain('memory.db');
});

it('the package holds what the README links to, and is built before it is packed', () => {
  const links = [...readFileSync(join(root, 'README.md'), 'utf8').matchAll(/\]\(([^)#:]+)(?:#[^)]*)?\)/g)];
  const { files, scripts } = JSON.parse(readFileSync(join(root, 'package.json'), 'utf8')) as {
    readonly files: readonly string[];
    readonly scripts: Readonly<Record<string, string>>;
  };
  const inPackage = ['LICENSE', 'README.md', ...files];
  expect(links.length).toBeGreaterThan(0);
  for (const [, link = ''] of links) expect(inPackage).toContain(link.split('/')[0]);
  expect(scripts['prepack']).toBe('npm run build');
});
