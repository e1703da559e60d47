import fc from 'fast-check';
import { describe, expect, it } from 'vitest';

import { keyReader } from '../../src/format/line-key.js';
import { mergeDataFile, mergeDuplicateLines } from '../../src/merge/data-file.js';
import type { DataFile } from '../../src/merge/data-groups.js';
import type { MergedFile } from '../../src/merge/file.js';
import type { Entity } from '../../src/registry/entity.js';
import { checkpoint, issue, session } from '../../src/savecontext/entities.js';
import { savecontext } from '../../src/savecontext/registry.js';
import { lineOf, readLine } from '../record/samples.js';
import { inventedLosses, silentCase, wrongFields } from './silent.js';

const fileOf = ({ file }: Entity): DataFile => ({
  registry: savecontext,
  name: file,
  keyOf: keyReader(savecontext, file),
});
const textOf = (lines: readonly string[]): string => lines.map((line) => `${line}\n`).join('');
const lossesOf = ({ losses }: MergedFile) => losses.map(({ loss }) => loss);

/** The one result of three versions of a record, whichever side is whose, by the driver and from conflict markers. */
function merged(entity: Entity, base: readonly string[], ours: string, theirs: string): MergedFile {
  const merge = (left: string, right: string): MergedFile =>
    mergeDataFile(fileOf(entity), { base: textOf(base), ours: textOf([left]), theirs: textOf([right]) });
  const result = merge(ours, theirs);
  expect(result.problems).toEqual([]);
  expect(merge(theirs, ours).text).toBe(result.text);
  return result;
}

/** Entities with fields that the reference program's lines do not have. */
const cases = fc
  .constantFrom<Entity>(issue, session, checkpoint)
  .chain((entity) => fc.record({ all: silentCase(entity, 'id'), stamp: fc.integer({ min: 4, max: 8 }) }));

describe('a line that says nothing of a field, in a merge of files', () => {
  it('P5 decides nothing about it, with a base that knows the field', () => {
    fc.assert(
      fc.property(cases, ({ all: { base, ours, silent }, stamp }) => {
        const [b, o, s] = [lineOf(base, 3), lineOf(ours, 6), lineOf(silent, stamp, 'absolute')];
        const result = merged(base.entity, [b.raw], o.raw, s.raw);
        const line = readLine(result.text.trimEnd());
        expect(wrongFields(line.content, [ours, base])).toEqual([]);
        expect(inventedLosses(lossesOf(result), [ours, base])).toEqual([]);
      }),
      { numRuns: 600 },
    );
  });

  it('P5 decides nothing about it, without a base', () => {
    fc.assert(
      fc.property(cases, ({ all: { ours, silent }, stamp }) => {
        const [o, s] = [lineOf(ours, 6), lineOf(silent, stamp, 'absolute')];
        const { entity } = ours;
        const result = merged(entity, [], o.raw, s.raw);
        expect(wrongFields(readLine(result.text.trimEnd()).content, [ours])).toEqual([]);
        expect(inventedLosses(lossesOf(result), [ours])).toEqual([]);
        // The same two lines in one file, in any order.
        for (const lines of [
          [o.raw, s.raw],
          [s.raw, o.raw],
        ]) {
          expect(mergeDuplicateLines(fileOf(entity), textOf(lines)).text).toBe(result.text);
        }
      }),
      { numRuns: 400 },
    );
  });
});
