import { createHash } from 'node:crypto';
import { appendFileSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';

import { digestFile } from '../../src/files/file-bytes.js';
import { readStretches } from '../../src/files/read-stretches.js';
import { StretchHasher, gapsOf } from '../../src/files/stretches.js';
import type { FileDigest } from '../../src/files/stretches.js';
import { temporaryFolder } from './temporary-folder.js';
import { thrownBy } from './thrown.js';

const sha256 = (bytes: string | Uint8Array): string => createHash('sha256').update(bytes).digest('hex');
/** A line of 200 bytes. */
const lineOf = (id: number): string =>
  `{"type":"note","id":"${sha256(String(id)).slice(0, 12)}","text":"${'text '.repeat(31)}","v":0}\n`;

/** So many lines that there are some twenty stretches. */
const MANY = 2500;
const LINES = Array.from({ length: MANY }, (_, id) => lineOf(id)).sort();

function digested(bytes: string | Uint8Array, ...cuts: readonly number[]): FileDigest {
  const all = Buffer.from(bytes);
  const hasher = new StretchHasher();
  for (const [index, cut] of [0, ...cuts].entries()) hasher.add(all.subarray(cut, cuts[index] ?? all.length));
  return hasher.end();
}

/** What somebody may do to a file: lines that change, come, go, or change places. */
const anyEdits = fc.array(
  fc.record({
    kind: fc.constantFrom('change', 'insert', 'remove', 'swap'),
    at: fc.nat(MANY - 1),
    size: fc.oneof(fc.constant(1), fc.nat(300)),
  }),
  { maxLength: 6 },
);

function edited(edits: readonly { readonly kind: string; readonly at: number; readonly size: number }[]): string[] {
  const lines = [...LINES];
  for (const [index, { kind, at, size }] of edits.entries()) {
    if (kind === 'change') lines.splice(at, 1, `${lines[at]?.trimEnd().slice(0, -1) ?? ''}${index}}\n`);
    else if (kind === 'insert')
      lines.splice(at, 0, ...Array.from({ length: size }, (_, n) => lineOf(MANY + index * 1000 + n)));
    else if (kind === 'remove') lines.splice(at, size);
    else lines.push(...lines.splice(at, size));
  }
  return lines;
}

describe('the digest of a file', () => {
  it('has stretches that are the file, each a hash of its bytes, however the bytes came', () => {
    const anyBytes = fc
      .array(fc.constantFrom(10, 13, 0, 65, 200), { maxLength: 300 })
      .map((some) => Uint8Array.from(some));
    const manyLines = anyEdits.map((edits) => Buffer.from(edited(edits).join('')));
    fc.assert(
      fc.property(fc.oneof(anyBytes, manyLines), fc.array(fc.nat(100_000), { maxLength: 5 }), (bytes, cuts) => {
        const whole = digested(bytes);
        const sorted = cuts.map((cut) => Math.min(cut, bytes.length)).sort((a, b) => a - b);
        expect(digested(bytes, ...sorted)).toEqual(whole);
        let at = 0;
        for (const [index, stretch] of whole.stretches.entries()) {
          const part = bytes.subarray(at, (at += stretch.bytes));
          expect(stretch.sha256).toBe(sha256(part));
          expect(stretch.lines).toBe(part.filter((byte) => byte === 10).length);
          if (index < whole.stretches.length - 1) expect(part.at(-1)).toBe(10);
        }
        expect(at).toBe(bytes.length);
      }),
      { numRuns: 100 },
    );
  });

  it('is the same whatever was known of the file before', () => {
    const path = join(temporaryFolder(), 'file');
    fc.assert(
      fc.property(anyEdits, anyEdits, fc.boolean(), (before, now, isCut) => {
        const bytes = edited(now)
          .join('')
          .slice(0, isCut ? -1 : undefined);
        writeFileSync(path, bytes);
        const known = digested(edited(before).join(''));
        expect(digestFile(path, known)).toEqual(digested(bytes));
        expect(digestFile(path, digested(bytes))).toEqual(digested(bytes));
      }),
      { numRuns: 60 },
    );
    writeFileSync(path, LINES.join(''));
    const known = digestFile(path) ?? undefined;
    appendFileSync(path, 'more');
    expect(digestFile(path, known)).toEqual(digested(`${LINES.join('')}more`));
  });

  it.each([0, 1, 256 * 1024, 256 * 1024 + 1, 3_000_000])('knows a file of %i bytes without an end of line', (size) => {
    const path = join(temporaryFolder(), 'file');
    writeFileSync(path, Buffer.alloc(size, 'abc'));
    const digest = digestFile(path);
    expect(digest?.stretches).toEqual(
      size === 0 ? [] : [{ bytes: size, lines: 0, sha256: sha256(readFileSync(path)) }],
    );
    expect(digestFile(path, digest ?? undefined)).toEqual(digest);
  });

  it('is null for a missing file, and an error for a folder', () => {
    const dir = temporaryFolder();
    expect(digestFile(join(dir, 'none'))).toBeNull();
    expect(thrownBy(() => digestFile(dir)).code).toBe('io');
  });

  it('changes in the stretch alone that has the line', () => {
    const before = digested(LINES.join(''));
    expect(before.stretches.length).toBeGreaterThan(10);
    for (let at = 0; at < MANY; at += 50) {
      const now = digested(LINES.with(at, LINES[at]?.replace('"v":0}', '"v":1}') ?? '').join(''));
      const known = new Set(before.stretches.map((stretch) => stretch.sha256));
      expect(now.stretches.filter((stretch) => !known.has(stretch.sha256))).toHaveLength(1);
    }
  });

  it('has stretches neither short nor long, whatever the lines are', () => {
    const sizes = new Set<number>();
    // Of all alike each may end one, or none.
    for (let kind = 0; kind < 300; kind++) {
      const { stretches } = digested(`${`${sha256(String(kind))} `.repeat(12)}\n`.repeat(2000));
      expect(stretches.slice(0, -1).every(({ bytes }) => bytes >= 16_000 && bytes < 1_100_000)).toBe(true);
      sizes.add(stretches[0]?.bytes ?? 0);
    }
    expect(sizes.size).toBe(2);
  });
});

describe('the stretches of a file', () => {
  it('are read as they lie there, as far as the file goes', () => {
    const path = join(temporaryFolder(), 'file');
    const text = LINES.join('');
    writeFileSync(path, text);
    const digest = digested(text);
    const read = (): string[] =>
      Array.from(readStretches(path, digest), ({ bytes, stretch }) => {
        return stretch === undefined || sha256(bytes) === stretch.sha256 ? bytes.toString() : 'other';
      });
    expect(read().join('')).toBe(text);
    writeFileSync(path, text.slice(0, -1));
    expect(read().join('')).toBe(text.slice(0, text.length - (digest.stretches.at(-1)?.bytes ?? 0)));
  });
});

describe('the gaps between what stayed', () => {
  it('hold each line that is new or not in its place, and each place where one is missing', () => {
    fc.assert(
      fc.property(anyEdits, anyEdits, (first, second) => {
        const before = edited(first.filter(({ kind }) => kind !== 'swap'));
        const now = edited(second);
        const gaps = gapsOf(digested(before.join('')), digested(now.join('')));
        // All lines that are in no gap, in place of each gap one line that is none.
        const kept: string[] = [];
        let at = 0;
        for (const line of now) {
          const gap = gaps.find(({ from, to }) => from <= at && at < to);
          if (gaps.some(({ from }) => from === at)) kept.push('gap');
          if (gap === undefined) kept.push(line);
          at += line.length;
        }
        if (gaps.some(({ from }) => from >= at)) kept.push('gap');
        // What stands between two gaps stood so before, in the same order, and nothing between.
        const places = new Map(before.map((line, index) => [line, index]));
        const wrong: string[] = [];
        let place = 0;
        let isOpen = false;
        for (const line of kept) {
          const next = places.get(line);
          if (line !== 'gap' && (next === undefined || (isOpen ? next < place : next !== place))) wrong.push(line);
          isOpen = line === 'gap';
          if (next !== undefined) place = next + 1;
        }
        expect(wrong).toEqual([]);
        if (!isOpen) expect(place).toBe(before.length);
        for (const { from, lines } of gaps) {
          expect(now.slice(0, lines).join('')).toHaveLength(from);
        }
      }),
      { numRuns: 150 },
    );
  });

  it('are where a whole stretch is gone', () => {
    const before = digested(LINES.join(''));
    let at = 0;
    let lines = 0;
    for (const [index, stretch] of before.stretches.entries()) {
      const now = digested([...LINES.slice(0, lines), ...LINES.slice(lines + stretch.lines)].join(''));
      const isLast = index === before.stretches.length - 1;
      expect(gapsOf(before, now)).toEqual([{ from: at, to: isLast ? Infinity : at, lines }]);
      at += stretch.bytes;
      lines += stretch.lines;
    }
  });

  it('are the whole of a file that was not known', () => {
    expect(gapsOf(undefined, digested(''))).toEqual([{ from: 0, to: Infinity, lines: 0 }]);
    const known = digested(LINES.join(''));
    expect(gapsOf(known, known)).toEqual([]);
    expect(gapsOf(known, digested(''))).toEqual([{ from: 0, to: Infinity, lines: 0 }]);
  });
});
