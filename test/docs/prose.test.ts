import { existsSync, readdirSync } from 'node:fs';
import { dirname, join } from 'node:path';

import { describe, expect, it } from 'vitest';

import { LIMITS } from '../../src/record/limits.js';
import { readPage, root } from '../page-examples.js';

/** A sentence has one verb, and about 20 words: what is longer than this has two things to say. */
const MOST_WORDS = 20;

const pages = [
  ...['README.md', 'CONTRIBUTING.md', 'SECURITY.md'],
  ...readdirSync(join(root, 'docs'), { recursive: true, encoding: 'utf8' })
    .filter((name) => name.endsWith('.md'))
    .map((name) => `docs/${name}`),
];

/** A page without blocks of code and tables. */
function proseOf(page: string): string {
  return readPage(page)
    .replaceAll(/^```.*?^```$/gms, '')
    .replaceAll(/^\|.*$/gm, '');
}

/** The anchors of a page, as forges make them of its headings. */
function anchorsOf(page: string): string[] {
  return [...proseOf(page).matchAll(/^#+ (.*)$/gm)].map(([, heading = '']) =>
    heading
      .toLowerCase()
      .replaceAll(/[^\w -]/g, '')
      .replaceAll(' ', '-'),
  );
}

describe.each(pages)('%s', (page) => {
  it('has at most 100 columns, where a line can end', () => {
    // Code, the target of a link and a word cannot be cut.
    const cut = (line: string): string => line.replaceAll(/`[^`]*`|\]\([^)]*\)|\S{60,}/g, '');
    expect(
      proseOf(page)
        .split('\n')
        .filter((line) => line.length > 100 && cut(line).length > 60),
    ).toEqual([]);
  });

  it('links to what is there', () => {
    const broken = [...proseOf(page).matchAll(/\]\((?!https?:)([^)#]*)#?([^)]*)\)/g)].filter(
      ([, path = '', anchor = '']) => {
        const target = path === '' ? page : join(dirname(page), path);
        return !existsSync(join(root, target)) || (anchor !== '' && !anchorsOf(target).includes(anchor));
      },
    );
    expect(broken.map(([link]) => link)).toEqual([]);
  });

  it.skipIf(page.startsWith('docs/decisions'))('has short sentences', () => {
    const sentences = proseOf(page)
      .replaceAll(/`[^`]*`/g, 'code')
      .split(/\n\s*\n|\n\s*(?:-|\d+\.) |[.:;?!]\**(?:\s|$)/)
      .map((sentence) => sentence.trim());
    expect(sentences.filter((sentence) => sentence.split(/\s+/).length > MOST_WORDS)).toEqual([]);
  });
});

it('the page of the files has the limits of a line', () => {
  const page = readPage('docs/file-format.md');
  for (const limit of Object.values(LIMITS)) expect(page).toContain(`| ${limit.toLocaleString('en')} `);
});

it('the index has every page of docs/', () => {
  const index = readPage('docs/README.md');
  const found = readdirSync(join(root, 'docs')).filter((name) => name.endsWith('.md') && name !== 'README.md');
  expect(found.filter((name) => !index.includes(`](${name})`))).toEqual([]);
});
