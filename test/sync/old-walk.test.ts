import fc from 'fast-check';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { FileSet } from '../../src/files/file-set.js';
import { digestFile } from '../../src/files/file-bytes.js';
import { readStretches } from '../../src/files/read-stretches.js';
import type { StretchBytes } from '../../src/files/read-stretches.js';
import type { FileDigest } from '../../src/files/stretches.js';
import { sha256 } from '../../src/record/json.js';
import { compareKeys } from '../../src/format/line-key.js';
import type { LineKey } from '../../src/format/line-key.js';
import { LineFile } from '../../src/sync/export/line-file.js';
import { walkLines, walkStretches } from '../../src/sync/export/old-walk.js';
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
  readonly digest: FileDigest;
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
  const { digest, lines } = file.close();
  files.commit();
  return { found, lines, text: readFileSync(join(dir, 'new'), 'utf8'), digest };
}

/** Lines that are cut into stretches somewhere. */
function* stretchesOf(lines: readonly string[], sizes: readonly number[]): Generator<StretchBytes, void> {
  for (let at = 0, turn = 0; at < lines.length; turn++) {
    const count = sizes[turn % sizes.length] ?? 1;
    const part = lines.slice(at, (at += count)).map((line) => `${line}\n`);
    const bytes = Buffer.from(part.join(''));
    yield { bytes, stretch: { bytes: bytes.length, lines: part.length, sha256: sha256(bytes.toString()) } };
  }
}

describe('a walk through an old file', () => {
  it('gives the same by stretches as line by line', () => {
    fc.assert(
      fc.property(
        anyFile,
        fc.array(anyId, { maxLength: 12 }),
        fc.array(fc.integer({ min: 1, max: 8 }), { minLength: 1, maxLength: 4 }),
        (values, asked, sizes) => {
          const lines = sortedIds(Object.keys(values)).map((id) => `${id} ${values[id] ?? ''}`);
          const wanted = sortedIds(asked);
          const oneByOne = lines.map((line) => ({ key: keyOf(line), raws: [line] }));
          const expected = walked(walkLines(oneByOne.values()), wanted);
          const { found, lines: count, text } = walked(walkStretches(stretchesOf(lines, sizes), keyOf), wanted);
          expect({ found, count, text }).toEqual({ found: expected.found, count: expected.lines, text: expected.text });
          expect(expected.lines).toBe(expected.text.split('\n').length - 1);
        },
      ),
      { numRuns: 300 },
    );
  });

  it('makes a file of which each byte is known, though most were not hashed again', () => {
    const path = join(dir, 'old');
    const ids = Array.from({ length: 2000 }, (_, index) => sha256(String(index)).slice(0, 20)).sort();
    writeFileSync(path, ids.map((id) => `${id} ${'value '.repeat(20)}\n`).join(''));
    const digest = digestFile(path);
    expect(digest?.stretches.length).toBeGreaterThan(8);
    fc.assert(
      fc.property(
        fc.array(
          fc.oneof(fc.constantFrom(...ids), fc.string({ unit: fc.constantFrom('0', '7', 'f', 'z'), maxLength: 8 })),
          { maxLength: 12 },
        ),
        (asked) => {
          const walk = walkStretches(readStretches(path, digest ?? { hash: '', stretches: [] }), keyOf);
          const made = walked(walk, sortedIds(asked));
          expect(made.digest).toEqual(digestFile(join(dir, 'new')));
          expect(made.lines).toBe(made.text.split('\n').length - 1);
        },
      ),
      { numRuns: 60 },
    );
  });
});
