import fc from 'fast-check';
import { describe, expect, it } from 'vitest';

import { jsonLines } from '../../src/merge/json-file.js';
import { putBack } from '../../src/merge/json-put-back.js';
import { BY_ID, latin1, mergeBytes } from './json-helpers.js';

const put = (text: string, field: string, lost: string, keys: readonly string[] = ['id']): unknown => {
  const done = putBack(Buffer.from(text), { keys, id: 'a', field, lost });
  return 'bytes' in done ? done.bytes.toString() : done.problem;
};

describe('a value put back', () => {
  it.each([
    ['a field', '{"id":"a","x":1}\n', 'x', '{"id":"a","x":2}\n'],
    ['a field that is gone', '{"id":"a"}\n', 'x', '{"id":"a","x":2}\n'],
    ['a field in an object', '{ "id": "a", "m": { "x": 1 } }', 'm.x', '{ "id": "a", "m": { "x": 2 } }'],
    ['a field that is gone from an object', '{"id":"a","m":{"y":1}}', 'm.x', '{"id":"a","m":{"y":1,"x":2}}'],
    ['a name with a dot', '{"id":"a","m.x":1}', 'm.x', '{"id":"a","m.x":2}'],
    [
      'a mark and line ends',
      '\ufeff{"id":"a","x":1}\r\n{"id":"b"}\r\n',
      'x',
      '\ufeff{"id":"a","x":2}\r\n{"id":"b"}\r\n',
    ],
    ['a time of change', '{"id":"a","x":1,"updated_at":5}\n', 'x', '{"id":"a","x":2,"updated_at":6}\n'],
    ['what is there already', '{"id":"a","x":2,"updated_at":5}\n', 'x', '{"id":"a","x":2,"updated_at":5}\n'],
  ])('is that of %s', (_, text, field, expected) => {
    expect(put(text, field, '2')).toBe(expected);
  });

  it.each([
    ['no such record', '{"id":"b"}\n', 'x', 'no line has the key a'],
    ['two of them', '{"id":"a"}\n{"id":"a"}\n', 'x', 'several lines have the key a'],
    ['an element', '{"id":"a","l":[]}', 'l["x"].y', 'there is no place for l["x"].y in the record a'],
    ['no object on the way', '{"id":"a","m":1}', 'm.x', 'there is no place for m.x in the record a'],
  ])('has no place with %s', (_, text, field, problem) => {
    expect(put(text, field, '2')).toBe(problem);
  });

  it('makes of the merged record one that says what lost, and changes no other byte', () => {
    const value = fc.constantFrom('1', '"é"', '"\\u00e9"', 'null', '[1]', '{"k":1}');
    const line = (id: string, x: string, y: string): string => `{"id":"${id}","x":${x},"m":{"y":${y}},"updated_at":1}`;
    fc.assert(
      fc.property(fc.array(value, { minLength: 6, maxLength: 6 }), fc.constantFrom('\n', '\r\n'), (values, end) => {
        const [a = '', b = '', c = '', d = '', e = '', f = ''] = values;
        const file = (x: string, y: string): string =>
          latin1([line('z', 'é'.length.toString(), '"é\\ud800"'), line('a', x, y), ''].join(end));
        const { text, losses } = mergeBytes(
          { base: file(a, b), ours: file(c, d), theirs: file(e, f) },
          jsonLines(BY_ID),
        );
        for (const { id, loss } of losses) {
          const value = { keys: ['id'], id, field: loss.field ?? '', lost: loss.lost };
          const found = putBack(Buffer.from(text, 'latin1'), value);
          if (!('bytes' in found)) throw new Error(found.problem);
          const [other, own = ''] = found.bytes.toString('latin1').split(end);
          expect(other).toBe(text.split(end)[0]);
          expect(Buffer.from(own, 'latin1').toString()).toContain(`:${loss.lost}`);
        }
      }),
      { numRuns: 300 },
    );
  });
});
