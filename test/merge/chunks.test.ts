import fc from 'fast-check';
import { describe, expect, it } from 'vitest';

import { keyReader } from '../../src/format/line-key.js';
import { jsonLines, mergeJsonFile } from '../../src/merge/json-file.js';
import { dataLines, mergeDataFile } from '../../src/merge/data-file.js';
import type { FileSides, MergedFile } from '../../src/merge/file.js';
import { chunksOf } from '../../src/merge/chunks.js';
import { savecontext } from '../../src/savecontext/registry.js';
import { lineOf, sample } from '../record/samples.js';
import { latin1, mergeBytes } from './json-helpers.js';

const SIDES = ['base', 'ours', 'theirs'] as const;
const name = 'memories.jsonl';
const file = { registry: savecontext, name, keyOf: keyReader(savecontext, name) };
const mapSides = <T>({ base, ours, theirs }: FileSides, map: (text: string) => T) => ({
  base: map(base),
  ours: map(ours),
  theirs: map(theirs),
});

/** Some way to write each of the ids 0 to 29, in order, and now and then what makes a file an odd one. */
function sidesOf(lineOfId: (id: string, variant: number) => string, odd: readonly string[]): fc.Arbitrary<FileSides> {
  const ids = Array.from({ length: 30 }, (_, n) => String(n).padStart(2, '0'));
  const variants = fc.array(fc.constantFrom(0, 0, 0, 0, 0, 0, 0, 1, 2, undefined), { minLength: 30, maxLength: 30 });
  const spoil = fc.option(fc.record({ at: fc.nat(30), line: fc.constantFrom(...odd) }), { freq: 6 });
  const side = fc.record({ variants, spoil }).map((made) => {
    const lines = ids.flatMap((id, n) => {
      const variant = made.variants[n];
      return variant === undefined ? [] : [lineOfId(id, variant)];
    });
    if (made.spoil !== null) lines.splice(made.spoil.at, 0, made.spoil.line);
    return lines.map((line) => `${line}\n`).join('');
  });
  return fc.record({ base: side, ours: side, theirs: side });
}

const memory = (id: string, variant: number): string =>
  lineOf(sample('memory', { id, key: `ключ ${id}`, value: `v${variant} ü`, updated_at: 100 + variant }), 10 + variant)
    .raw;
const dataSides = sidesOf(memory, [
  memory('04', 0),
  memory('04', 0).replace('"v":1', '"v":x'),
  memory('04', 2),
  memory('é', 0),
  'broken',
  '',
  '<<<<<<< ours',
  `${memory('07', 1)}\r`,
]);
const json = (id: string, variant: number): string =>
  JSON.stringify({
    id: `x-${id}`,
    title: `t${variant} ü`,
    tags: ['a', `b${variant}`],
    updated_at: `2026-01-0${variant + 1}`,
  });
const jsonSides = sidesOf(json, [
  json('04', 0),
  '{"id":"x-04",',
  json('04', 2),
  json('é', 0),
  '{"title":1,"id":"x-09"}',
  '{"title":1,"\\u0069d":"x-0\\u0039"}',
  '{"version":1}',
  'broken',
  '',
  `${json('07', 1)}\r`,
]);

const asBytes = (merged: MergedFile): MergedFile => ({ ...merged, text: latin1(merged.text) });

const options = { keys: ['id'], together: [], elements: new Map(), appendOnly: false };

describe('chunks', () => {
  it('are all of each side, in order, and begin with whole lines', () => {
    fc.assert(
      fc.property(dataSides, (sides) => {
        const chunks = chunksOf(mapSides(sides, (text) => Buffer.from(text)));
        for (const side of SIDES) {
          const parts = chunks.map((chunk) => chunk.same ?? chunk.sides[side]);
          expect(Buffer.concat(parts).toString()).toBe(sides[side]);
        }
        for (const chunk of chunks) expect(chunk.same?.toString() ?? '\n').toMatch(/\n$/);
      }),
    );
  });

  it('give the same as the whole data file', () => {
    fc.assert(
      fc.property(dataSides, (sides) => {
        expect(mergeBytes(mapSides(sides, latin1), dataLines(file))).toEqual(asBytes(mergeDataFile(file, sides)));
      }),
    );
  });

  it('give the same as the whole file of another program', () => {
    fc.assert(
      fc.property(jsonSides, (sides) => {
        expect(mergeBytes(mapSides(sides, latin1), jsonLines(options))).toEqual(asBytes(mergeJsonFile(sides, options)));
      }),
    );
  });

  it('have all lines of a record, and problems say where in the whole file they are', () => {
    const lines = Array.from({ length: 10 }, (_, n) => memory(`0${n}`, 0));
    const joined = (all: readonly string[]): string => all.map((line) => `${line}\n`).join('');
    const after = (n: number, line: string): string => joined(lines.toSpliced(n + 1, 0, line));
    const twice = { base: joined(lines), ours: after(4, memory('04', 1)), theirs: after(4, memory('04', 2)) };
    const merge = (sides: FileSides): MergedFile => mergeBytes(mapSides(sides, latin1), dataLines(file));
    expect(merge(twice).text).toBe(latin1(joined(lines.with(4, memory('04', 2)))));
    const broken = { ...twice, ours: joined(lines.with(7, `${lines[7]!}}`)), theirs: twice.base };
    expect(merge(broken).problems).toEqual([expect.stringMatching(/^ours:8: /) as string]);
  });

  it('that all have alike are not merged: neither read nor decoded', () => {
    const lines = Array.from({ length: 3000 }, (_, n) => json(String(n).padStart(4, '0'), 0));
    const edited = (...places: readonly number[]): string =>
      lines.map((line, n) => `${places.includes(n) ? line.replace('t0', 't1') : line}\n`).join('');
    const seen: FileSides[] = [];
    const merge = (sides: FileSides): MergedFile => {
      seen.push(sides);
      return { text: sides.ours, losses: [], problems: [] };
    };
    for (const isSorted of [true, false]) {
      const sides = { base: edited(), ours: edited(5, 1000), theirs: edited(1000, 2999) };
      const keyOf = (raw: string): string => raw.slice(0, 13);
      const merged = mergeBytes(mapSides(sides, latin1), { keyOf, isSorted, merge });
      expect(merged.text).toBe(latin1(edited(5, 1000)));
      expect(seen.splice(0).map(({ base }) => base)).toEqual([5, 1000, 2999].map((n) => `${lines[n]!}\n`));
    }
  });

  it('may have lines that are longer than what becomes a text at once', () => {
    const long = (id: string, variant: number): string => json(id, variant).replace('ü', 'ü'.repeat(40_000));
    const text = (...variants: readonly number[]): string =>
      variants.map((variant, n) => `${(n % 2 === 0 ? long : json)(`0${n}`, variant)}\n`).join('');
    const sides = { base: text(0, 0, 0, 0), ours: text(1, 0, 0, 0), theirs: text(0, 0, 0, 1) };
    expect(mergeBytes(mapSides(sides, latin1), jsonLines(options)).text).toBe(latin1(text(1, 0, 0, 1)));
  });
});
