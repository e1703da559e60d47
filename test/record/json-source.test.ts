import fc from 'fast-check';
import { describe, expect, it } from 'vitest';

import { JsonError, meaningOf } from '../../src/record/json.js';
import { readSource, saySame, textAt, withMembers, withTextAt } from '../../src/record/json-source.js';
import { spelled } from './spelled.js';

describe('what JSON says', () => {
  it('is the same whatever way it is written in', () => {
    for (const [one, other] of [
      ['"caf\\u00e9"', '"café"'],
      ['"x\\/1"', '"x/1"'],
      ['"\\ud83d\\ude00"', '"\u{1F600}"'],
      ['{"a":1,"b":[2]}', '{ "b" : [ 2 ], "\\u0061":1.0 }'],
      ['1', '1.0'],
      ['100', '1e2'],
      ['0.01', '1E-2'],
      ['-0', '0.0'],
      ['12345678901234567890', '1234567890123456789e1'],
      ['1e400', '10e399'],
    ] as const) {
      expect(meaningOf(one)).toBe(meaningOf(other));
    }
    for (const [one, other] of [
      ['12345678901234567890', '12345678901234567891'],
      ['0.1', '0.10000000000000000001'],
      ['1', '"1"'],
      ['1', 'true'],
      ['[1,2]', '[2,1]'],
      ['NaN', 'null'],
      ['"\\ud83d"', '"\\ud83e"'],
      ['{"a":1,"a":2}', '{"a":2,"a":1}'],
      ['{"a":1,"a":2}', '{"a":2}'],
    ] as const) {
      expect(meaningOf(one)).not.toBe(meaningOf(other));
    }
  });

  it('survives every spelling', () => {
    fc.assert(
      fc.property(fc.json(), fc.infiniteStream(fc.nat(99)), (text, dice) => {
        expect(meaningOf(spelled(JSON.parse(text), dice))).toBe(meaningOf(text));
      }),
      { numRuns: 500 },
    );
  });
});

describe('an object or array as it stands in a text', () => {
  it('is written again byte for byte where its style is even', () => {
    for (const text of [
      '{}',
      '[]',
      '{"a":1}',
      ' { "a" : 1,  "b" : {"c":  [NaN]} } ',
      '{"a": 1, "a": 2, "\\u00e9": "\\ud83d"}',
      '[1, "x"]',
    ]) {
      expect(withMembers(readSource(text), readSource(text).members).text).toBe(text);
    }
  });

  it('is refused where it is none, or its members cannot be told apart', () => {
    for (const text of [
      '',
      '1',
      '{"a":1',
      '{"a" 1}',
      '{"a":1}}',
      '[1 2]',
      '{"a":1,}',
      '{"a":1,"a":2,"a (2)":3}',
      '{"a":nan}',
    ]) {
      expect(() => readSource(text), text).toThrow(JsonError);
    }
  });

  it('says the same as another one by its members, and a row is no object', () => {
    const same = (one: string, other: string): boolean => saySame(readSource(one), readSource(other));
    expect(same('{"a":1,"b":"é"}', '{"b":"\\u00e9", "a":1.0}')).toBe(true);
    expect([same('["x"]', '{"0":"x"}'), same('{"a":1}', '{"a":1,"b":1}'), same('{"a":1}', '{"b":1}')]).toEqual([
      false,
      false,
      false,
    ]);
  });

  it('gives and takes a member of a member; a name with a dot counts first', () => {
    const source = readSource('{"a": {"b.c": [7, {"d": 1}]}, "a.b": 2}');
    expect(textAt(source, 'a.b')).toBe('2');
    expect(textAt(source, 'a.b.c.1.d')).toBe('1');
    expect(textAt(source, 'a.x')).toBeUndefined();
    expect(withTextAt(source, 'a.b.c.1.d', '3').text).toBe('{"a": {"b.c": [7, {"d": 3}]}, "a.b": 2}');
  });
});
