import fc from 'fast-check';
import { describe, expect, it } from 'vitest';

import { arraySize } from '../../src/record/array-size.js';
import { JsonError, digestOf, quote, scanArray, scanObject, sha256, unquote } from '../../src/record/json.js';
import { jsonToken, text } from './arbitraries.js';

/** What both readers make of a text; undefined where one refuses. */
function scanned(source: string): unknown {
  try {
    const members = scanObject(source).map(([name, token]): [string, unknown] => [name, JSON.parse(token)]);
    return Object.fromEntries(members);
  } catch (error) {
    if (error instanceof JsonError) return undefined;
    throw error;
  }
}

function parsed(source: string): unknown {
  try {
    const value: unknown = JSON.parse(source);
    return typeof value === 'object' && value !== null && !Array.isArray(value) ? value : undefined;
  } catch {
    return undefined;
  }
}

/** Names twice in one object, lone surrogates: what the scanner refuses beyond JSON.parse. */
function isLenient(source: string): boolean {
  return !/^(?:a name|a surrogate)/.test(stricterReason(source) ?? '');
}

function stricterReason(source: string): string | undefined {
  try {
    scanObject(source);
    return undefined;
  } catch (error) {
    if (!(error instanceof JsonError)) throw error;
    if (error.message.includes('stands twice')) return 'a name';
    return error.message.includes('lone surrogate') ? 'a surrogate' : error.message;
  }
}

const object = fc.dictionary(text, jsonToken, { maxKeys: 5 }).map(
  (members) =>
    `{${Object.entries(members)
      .map(([name, token]) => `${quote(name)}:${token}`)
      .join(',')}}`,
);

interface Mutation {
  readonly at: number;
  readonly remove: number;
  readonly insert: string;
}

const mutation: fc.Arbitrary<Mutation> = fc.record({
  at: fc.nat(200),
  remove: fc.nat(3),
  insert: fc.oneof(
    fc.constantFrom(
      '',
      '"',
      '\\',
      '{',
      '}',
      '[',
      ']',
      ',',
      ':',
      '-',
      '0',
      '01',
      '.',
      'e',
      'null',
      'tru',
      ' ',
      '\t',
      '\n',
    ),
    fc.constantFrom(
      '\\u00',
      '\\ud83d',
      '\\x',
      '\u0001',
      '\ud83d',
      '\u2028',
      '\u00a0',
      '\ufeff',
      "'",
      '/*',
      'NaN',
      'Infinity',
    ),
    fc.string({ maxLength: 3 }),
  ),
});

function mutated(source: string, mutations: readonly Mutation[]): string {
  return mutations.reduce((before, { at, remove, insert }) => {
    const start = at % (before.length + 1);
    return before.slice(0, start) + insert + before.slice(start + remove);
  }, source);
}

describe('scanObject', () => {
  it('reads what JSON.parse reads, to the same values', () => {
    fc.assert(
      fc.property(object, fc.constantFrom('', ' ', '\n\t\r '), (source, space) => {
        const spaced = `${space}${source}${space}`;
        expect(scanned(spaced)).toEqual(JSON.parse(spaced));
      }),
      { numRuns: 2000 },
    );
  });

  it('refuses what JSON.parse refuses, and throws nothing but JsonError', () => {
    fc.assert(
      fc.property(object, fc.array(mutation, { minLength: 1, maxLength: 4 }), (source, mutations) => {
        const broken = mutated(source, mutations);
        if (isLenient(broken)) expect(scanned(broken)).toEqual(parsed(broken));
        else expect(scanned(broken)).toBeUndefined();
      }),
      { numRuns: 20_000 },
    );
  });

  it('keeps the digits and escapes of values as they were written, without white space', () => {
    expect(scanObject('{ "a" : 1.0 , "b" : [ 1e2 , { "x" : "\\u00e9 " } ] , "\\u0063" : -0 }')).toEqual([
      ['a', '1.0'],
      ['b', '[1e2,{"x":"\\u00e9 "}]'],
      ['c', '-0'],
    ]);
    expect(scanArray('[ 123456789012345678901234567890 , "a b" , [ ] , { } ]')).toEqual([
      '123456789012345678901234567890',
      '"a b"',
      '[]',
      '{}',
    ]);
  });

  it.each([
    ['{"a":1,"a":2}', 'the name "a" stands twice', 8],
    ['{"a":1,"\\u0061":2}', 'the name "a" stands twice', 8],
    ['{"a":{"b":1,"b":1}}', 'the name "b" stands twice', 13],
    ['{"a":"\\ud83d"}', 'a lone surrogate stands in a string', 6],
    ['{"a":"\ud83d"}', 'a lone surrogate stands in a string', 6],
    ['{"a":"\\ud83d\udc00"}', 'a lone surrogate stands in a string', 6],
    ['{"a":"\\x"}', 'a string holds an escape that JSON does not know', 6],
    ['{"a":"\n"}', 'a control character stands in a string unescaped', 6],
    ['{"a":"b', 'the string that begins here has no end (is the line cut off?)', 6],
    ['{"a":"b\\"', 'the string that begins here has no end (is the line cut off?)', 6],
    ['{"a":1', '"," or "}" must stand here, not the end of the line', 7],
    ['{"a":01}', '"," or "}" must stand here, not "1}"', 7],
    ['{"a" 1}', '":" must stand here, not "1}"', 6],
    ['{a:1}', 'a string in double quotes must stand here, not "a:1}"', 2],
    ['{"a":}', 'a value must stand here, not "}"', 6],
    ['{} x', 'the end of the line must stand here, not "x"', 4],
    ['[]', 'an object must stand here, not "[]"', 1],
    ['', 'an object must stand here, not the end of the line', 1],
  ])('says what is wrong with %j', (source, message, column) => {
    expect(() => scanObject(source)).toThrow(expect.objectContaining({ name: 'JsonError', message, column }) as Error);
  });

  it('stops at a depth that no record has, without a stack overflow', () => {
    const deep = (levels: number): string => `{"a":${'['.repeat(levels)}${']'.repeat(levels)}}`;
    expect(scanObject(deep(200))).toHaveLength(1);
    expect(() => scanObject(deep(201))).toThrow(JsonError);
    expect(() => scanObject('{"a":'.repeat(100_000))).toThrow(JsonError);
  });

  it('takes a name that objects have anyway', () => {
    expect(scanObject('{"__proto__":1,"constructor":2}')).toEqual([
      ['__proto__', '1'],
      ['constructor', '2'],
    ]);
  });
});

describe('quote and unquote', () => {
  it('are exact both ways', () => {
    fc.assert(
      fc.property(text, (value) => {
        expect(unquote(quote(value))).toBe(value);
        expect(scanArray(`[${quote(value)}]`)).toEqual([quote(value)]);
      }),
    );
  });

  it('escape quotation marks, backslashes and control characters only', () => {
    expect(quote('"\\\b\f\n\r\t\0\u001f\u007f\u2028/é\u{1f680}')).toBe(
      '"\\"\\\\\\b\\f\\n\\r\\t\\u0000\\u001f\u007f\u2028/é\u{1f680}"',
    );
  });
});

describe('the size of an array', () => {
  it('is how many elements it has, whatever they hold', () => {
    fc.assert(
      fc.property(fc.array(fc.jsonValue({ maxDepth: 3 })), (elements) => {
        expect(arraySize(JSON.stringify(elements))).toBe(elements.length);
      }),
      { numRuns: 500 },
    );
    expect(arraySize('["\\\\","\\",[,"]')).toBe(2);
  });
});

describe('sha256 and digestOf', () => {
  it('hash the bytes of UTF-8', () => {
    const hex = '4a99557e4033c3539de2eb65472017cad5f9557f7a0625a09f1c3f6e2ba69c4c';
    expect(sha256('é')).toBe(hex);
    expect(Buffer.from(digestOf('é')).toString('hex')).toBe(hex.slice(0, 32));
  });
});
