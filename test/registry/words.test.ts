import { readFileSync, readdirSync } from 'node:fs';
import { join, sep } from 'node:path';
import { describe, expect, it } from 'vitest';

import { savecontext } from '../../src/savecontext/registry.js';

/** Folders that may speak of SaveContext: its own, and the command line with its examples. */
const SPEAKS = /^(?:savecontext|cli)\b|^index\.ts$/;

/** Every table, file and type of SaveContext. Columns are common words, and so are types in a comment. */
const NAMES = savecontext.entities.flatMap(({ type, table, file, synced }) => [
  file,
  `'${type}'`,
  ...[table, ...synced.flatMap(({ field }) => (field.kind === 'set' ? [field.set.table] : []))],
]);

const SRC = join(import.meta.dirname, '../../src');
const generic = readdirSync(SRC, { recursive: true, encoding: 'utf8' })
  .map((name) => name.split(sep).join('/'))
  .filter((name) => name.endsWith('.ts') && !SPEAKS.test(name));

describe('what is generic', () => {
  it('names no entity, table or file of SaveContext', () => {
    expect(generic.length).toBeGreaterThan(100);
    const found = generic.flatMap((name) => {
      const text = readFileSync(join(SRC, name), 'utf8');
      return NAMES.filter((word) => new RegExp(`(?<![\\w-])${word}(?![\\w-])`).test(text)).map((word) => [name, word]);
    });
    expect(found).toEqual([]);
  });
});
