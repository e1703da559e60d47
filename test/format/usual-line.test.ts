import fc from 'fast-check';
import { expect, it } from 'vitest';

import { formatLine } from '../../src/format/format.js';
import { LineError, parseLine } from '../../src/format/parse.js';
import { usualLine } from '../../src/format/usual-line.js';
import { hashOfData } from '../../src/record/content.js';
import { scanObject } from '../../src/record/json.js';
import type { Member } from '../../src/record/json.js';
import { savecontext } from '../../src/savecontext/registry.js';
import { content, unknownMembers } from '../record/arbitraries.js';
import { HERE } from '../record/samples.js';

/** Values that a field may not have, or not in that spelling. */
const ODD = fc.constantFrom(
  ...[
    'null',
    'nul',
    'true',
    '',
    '0',
    '-0',
    '01',
    '1.0',
    '1e3',
    '5',
    '99',
    '9223372036854775808',
    '""',
    '"a',
    '"\u0001"',
  ],
  ...[
    '"\\u0041"',
    '"\\x"',
    '"\\ud800"',
    '"\\u0000"',
    '"."',
    '[]',
    '[ ]',
    '["b","a"]',
    '["a","a"]',
    '["a",]',
    '[["a"]]',
  ],
  ...['{}', '{"a":1}', '{"a":1,"a":2}', '[{"a":"b"}]', '"x","y":1', '"x" '],
);

type Change = (members: Member[], at: number, odd: string) => Member[];
const CHANGES: readonly Change[] = [
  (members, at, odd) => members.map((member, index) => (index === at ? [member[0], odd] : member)),
  (members, at) => members.filter((_, index) => index !== at),
  (members, at) => [...members.slice(at), ...members.slice(0, at)],
  (members, at) => members.flatMap((member, index) => (index === at ? [member, member] : [member])),
  (members, at, odd) => members.toSpliced(at, 0, ['more', odd]),
];

/** A line with such data, and the hash that fits. */
function lineOf(type: string, data: string, stamp = '2026-01-31T10:00:00.000Z'): string {
  return `{"type":"${type}",${data},"content_hash":"${hashOfData(data)}","exported_at":"${stamp}"}`;
}

/** What a line says, or what is wrong with it. */
function reading(raw: string): unknown {
  try {
    return { ...parseLine(savecontext, raw), raw: undefined, edited: undefined };
  } catch (error) {
    if (!(error instanceof LineError)) throw error;
    return error.problems.map((problem) => problem.replace(/column \d+/, 'column'));
  }
}

it('a line that this package writes is read without its names, unless it has unknown members', () => {
  fc.assert(
    fc.property(content, unknownMembers, (whole, unknown) => {
      const raw = formatLine({ ...whole, unknown }, 0, 'portable', HERE);
      expect(usualLine(savecontext, raw) === undefined).toBe(unknown.length > 0);
    }),
    { numRuns: 500 },
  );
});

it('a line says the same, or is as wrong, whichever way it is read', () => {
  fc.assert(
    fc.property(content, fc.nat(), fc.nat(), ODD, fc.boolean(), (whole, which, where, odd, isFar) => {
      const usual = formatLine({ ...whole, unknown: [] }, 0, 'portable', HERE);
      const members = scanObject(usual).slice(1, -2);
      const change = CHANGES[which % CHANGES.length]!;
      const data = change(members, where % members.length, odd)
        .map(([name, token]) => `${JSON.stringify(name)}:${token}`)
        .join(',');
      const raw = lineOf(whole.entity.type, data, isFar ? '9999-12-31T23:59:59.999Z' : undefined);
      const found = reading(raw);
      // With a space in it a line is not as usual.
      expect(found).toEqual(reading(raw.replace('{', '{ ')));
      expect(found).toEqual(reading(raw.replace('"type":', '"type": ')));
      if (!Array.isArray(found)) expect(parseLine(savecontext, raw)).toMatchObject({ edited: false });
    }),
    { numRuns: 3000 },
  );
});
