import { describe, expect, it } from 'vitest';

import { keyReader } from '../../src/merge/json-key.js';
import { mergedLines } from './json-helpers.js';

const identity = (keys: readonly string[], raw: string): string | undefined => keyReader(keys)(raw)?.identity;

describe('the key of a line', () => {
  it('is the same however it is written, at the beginning of the line or within', () => {
    for (const line of [
      '{"id":"é/"}',
      '{"id":"\\u00e9\\/"}',
      '{"x":1,"id":"é/"}',
      '{"\\u0069d":"é\\u002f"}',
      ' {"id":"é/"}',
    ]) {
      expect(identity(['id'], line), line).toBe('"é/"');
    }
    for (const line of ['{"id":1}', '{"id":1.0,"x":2}', '{"x":2,"id":10e-1}']) expect(identity(['id'], line)).toBe('1');
    expect(identity(['id'], '{"id":"1"}')).toBe('"1"');
    expect(identity(['id'], '{"id":9007199254740993}')).not.toBe(identity(['id'], '{"id":9007199254740992}'));
  });

  it('lies in a member of a member, in several members, or in an element of a row', () => {
    expect(identity(['meta.id'], '{"meta":{"id":"x"}}')).toBe('"x"');
    expect(identity(['meta.id'], '{"meta.id":"y","meta":{"id":"x"}}')).toBe('"y"');
    expect(identity(['a,b'], '{"b":2,"a":"x"}')).toBe('"x",2');
    expect(identity(['a,b'], '{"a,b":3,"a":1,"b":2}')).toBe('3');
    expect(identity(['a,m.b'], '{"a":1,"m":{"b":2}}')).toBe('1,2');
    expect(identity(['0'], '["x",1]')).toBe('"x"');
    expect(identity(['a name'], '{"a name":"x"}')).toBe('"x"');
  });

  it('is the first of several that a line has, and none of another name is the same', () => {
    expect(identity(['uuid', 'id'], '{"id":1,"uuid":2}')).toBe('2');
    expect(identity(['uuid', 'id'], '{"id":2}')).not.toBe('2');
  });

  it('is missing where no text, number or truth value identifies the line', () => {
    for (const line of [
      '{"id":null}',
      '{"id":{}}',
      '{"id":[1]}',
      '{}',
      '[]',
      '5',
      'text',
      '{"id":01}',
      '{"id":1',
      '',
    ]) {
      expect(identity(['id'], line), line).toBeUndefined();
    }
    expect(identity(['a,b'], '{"a":1}')).toBeUndefined();
    expect(identity(['id'], `{"id":${'1'.repeat(2000)}}`)).toBeUndefined();
  });

  it('of every kind merges what has it', () => {
    const cases: readonly (readonly [string, (a: number, b: number) => string])[] = [
      ['meta.id', (a, b) => `{"meta":{"id":"x"},"a":${a},"b":${b}}`],
      ['k,n', (a, b) => `{"k":"x","a":${a},"n":1,"b":${b}}`],
      ['a key', (a, b) => `{"a":${a},"a key":true,"b":${b}}`],
      ['0,1', (a, b) => `["x", "y", ${a}, ${b}]`],
    ];
    for (const [key, line] of cases) {
      expect(mergedLines([line(1, 1)], [line(2, 1)], [line(1, 2)], { keys: [key] })).toEqual([line(2, 2)]);
    }
  });
});
