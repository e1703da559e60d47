import fc from 'fast-check';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { FileSet } from '../../src/files/file-set.js';
import { readBlocks } from '../../src/files/line-blocks.js';
import { compareKeys } from '../../src/format/line-key.js';
import type { LineKey } from '../../src/format/line-key.js';
import { LineFile } from '../../src/sync/export/line-file.js';
import { walkBlocks, walkLines } from '../../src/sync/export/old-walk.js';
import type { OldWalk } from '../../src/sync/export/old-walk.js';

let dir = '';
beforeAll(() => {
  dir = mkdtempSync(join(tmpdir(), 'scsync-walk-'));
});
afterAll(() => {
  rmSync(dir, { recursive: true, force: true });
});

const keyed = (id: string): LineKey => ({ type: 'note', id });
const keyOf = (line: string): LineKey => keyed(line.split(' ')[0] ?? '');
const sortedIds = (ids: readonly string[]): string[] =>
  [...new Set(ids)].sort((a, b) => compareKeys(keyed(a), keyed(b)));

/** Ids of few letters, so that many meet; values without an end of line, some of them not ASCII. */
const anyId = fc.string({ unit: fc.constantFrom('a', 'b', 'é', '\u{1F600}'), minLength: 1, maxLength: 3 });
const anyValue = fc.string({ unit: fc.constantFrom('x', 'ü', '\u{1F680}', ' '), maxLength: 40 });
const anyFile = fc.dictionary(anyId, anyValue, { maxKeys: 30 });

interface Walked {
  readonly found: readonly (readonly string[])[];
  readonly lines: number;
  readonly text: string;
}

/** Writes a file anew: the lines of some records go, and where they stood, or would, stands that they were asked for. */
function walked(walk: OldWalk, wanted: readonly string[]): Walked {
  const files = new FileSet(dir);
  const file = new LineFile(files.stage('new', () => true));
  const found = wanted.map((id) => {
    const raws = walk.upTo(keyed(id), file);
    file.write(`(${id})`);
    return raws;
  });
  walk.rest(file);
  files.commit();
  return { found, lines: file.lines, text: readFileSync(join(dir, 'new'), 'utf8') };
}

describe('a walk through an old file', () => {
  it('gives the same by blocks of any size as line by line', () => {
    fc.assert(
      fc.property(
        anyFile,
        fc.array(anyId, { maxLength: 12 }),
        fc.integer({ min: 1, max: 200 }),
        (values, asked, size) => {
          const lines = sortedIds(Object.keys(values)).map((id) => `${id} ${values[id] ?? ''}`);
          const wanted = sortedIds(asked);
          const path = join(dir, 'old');
          writeFileSync(path, lines.map((line) => `${line}\n`).join(''));
          const oneByOne = lines.map((line) => ({ key: keyOf(line), raws: [line] }));
          const expected = walked(walkLines(oneByOne.values()), wanted);
          expect(walked(walkBlocks(readBlocks(path, size), keyOf), wanted)).toEqual(expected);
          expect(expected.lines).toBe(expected.text.split('\n').length - 1);
        },
      ),
      { numRuns: 300 },
    );
  });
});

describe('the blocks of a file', () => {
  it('are its bytes, and each but the last ends with a line', () => {
    fc.assert(
      fc.property(
        fc.array(fc.constantFrom(10, 13, 0, 65, 200), { maxLength: 120 }),
        fc.integer({ min: 1, max: 30 }),
        (bytes, size) => {
          const path = join(dir, 'bytes');
          writeFileSync(path, Uint8Array.from(bytes));
          // A block is valid until the next, so they are copied one by one.
          const copied: number[][] = [];
          for (const block of readBlocks(path, size)) copied.push([...block]);
          expect(copied.flat()).toEqual(bytes);
          expect(copied.slice(0, -1).every((block) => block.at(-1) === 10)).toBe(true);
        },
      ),
      { numRuns: 200 },
    );
  });
});
