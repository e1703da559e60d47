import { describe, expect, it } from 'vitest';

import { describe as shown, fieldToken } from '../../src/record/field-token.js';
import { LIMITS } from '../../src/record/limits.js';
import type { Field } from '../../src/registry/field.js';

/** The canonical token of a field's value, or what is wrong with it. */
function read(field: Omit<Field, 'role' | 'nullable'> & { readonly nullable?: boolean }, token: string): string {
  const problems: string[] = [];
  const canonical = fieldToken({ role: 'core', nullable: false, ...field } as Field, token, problems);
  return problems.length === 0 ? canonical : problems.join('; ');
}

const text = { kind: 'text' } as const;
const key = { kind: 'text', key: true } as const;
const word = { kind: 'text', oneOf: ['open', 'a"b'] } as const;
const ref = { kind: 'ref', to: 'issue' } as const;
const integer = { kind: 'integer' } as const;
const score = { kind: 'integer', min: 1, max: 5 } as const;
const hours = { kind: 'real', above: 0 } as const;
const any = { kind: 'any' } as const;
const number = { kind: 'number' } as const;
const blob = { kind: 'blob' } as const;
const labels = {
  kind: 'set',
  set: { table: 't', owner: 'o', element: { label: { ...text, role: 'core', nullable: false } } },
} as const;

describe('the canonical token', () => {
  it.each([
    ['a text', text, '"a"', '"a"'],
    ['a text with usual escapes', text, String.raw`"\"\\\b\f\n\r\t"`, String.raw`"\"\\\b\f\n\r\t"`],
    ['a text with rare escapes', text, String.raw`"\/\u00e9\u0000\u001F"`, String.raw`"/é\u0000\u001f"`],
    ['a text with an escaped backslash before a letter', text, String.raw`"\\u0041"`, String.raw`"\\u0041"`],
    ['a key', key, String.raw`"\u0061"`, '"a"'],
    ['a word', word, String.raw`"a\u0022b"`, String.raw`"a\"b"`],
    ['a reference', ref, String.raw`"\u0061"`, '"a"'],
    ['an integer', integer, '-0', '0'],
    ['the least and the greatest integer of a field', score, '1', '1'],
    ['the greatest one', score, '5', '5'],
    ['64 bits', integer, '-9223372036854775808', '-9223372036854775808'],
    ['a real', hours, '1', '1.0'],
    ['a real that is small', hours, '0.5e-3', '0.0005'],
    ['any text', any, String.raw`"\u0061"`, '"a"'],
    ['any integer', any, '-0', '0'],
    ['a real that is whole', any, '1e2', '100.0'],
    ['any real', any, '1.50', '1.5'],
    ['any bytes', any, '{"$blob":"AAE="}', '{"$blob":"AAE="}'],
    ['an infinite real', any, '{"$real":"-Infinity"}', '{"$real":"-Infinity"}'],
    ['a number', number, '2.50', '2.5'],
    ['an integer as a number', number, '2', '2'],
    ['bytes', blob, '{"$blob":""}', '{"$blob":""}'],
    ['null where it may be', { ...text, nullable: true }, 'null', 'null'],
    ['a set', labels, '["b","a","b"]', '["a","b"]'],
    ['no set', labels, 'null', '[]'],
  ])('of %s', (_, field, token, expected) => {
    expect(read(field, token)).toBe(expected);
  });
});

describe('a value that a field does not take', () => {
  it.each([
    [text, '1', 'must be a text, not 1'],
    [text, 'null', 'must be a text, not null'],
    [text, String.raw`"\ud800"`, String.raw`must be a text, not "\ud800"`],
    [key, String.raw`"a\u0000"`, /^must be a text without U\+0000, of at most \d+ bytes, not /],
    [key, `"${'a'.repeat(LIMITS.idBytes + 1)}"`, /^must be a text without U\+0000, of at most \d+ bytes, not "aaa/],
    [word, '"closed"', String.raw`must be one of "open", "a\"b", not "closed"`],
    [ref, '7', 'must be an id of the type issue, not 7'],
    [ref, String.raw`"\u0000"`, /^must be an id of the type issue, not /],
    [integer, '12.0', 'must be an integer of 64 bits, not 12.0'],
    [integer, '1.5', 'must be an integer of 64 bits, not 1.5'],
    [integer, '9223372036854775808', 'must be an integer of 64 bits, not 9223372036854775808'],
    [score, '0', 'must be 1 to 5, not 0'],
    [score, '6', 'must be 1 to 5, not 6'],
    [{ ...integer, min: 3 }, '2', 'must be an integer of at least 3, not 2'],
    [hours, '0', 'must be a number greater than 0, not 0'],
    [hours, '"1"', 'must be a number greater than 0, not "1"'],
    [{ kind: 'real' } as const, 'true', 'must be a number, not true'],
    [any, 'true', 'must be a text, a number, {"$blob": "base64"} or {"$real": "Infinity"}, not true'],
    [any, '{"$blob":"AAE"}', /^must be a text, a number, .*, not \{"\$blob":"AAE"\}$/],
    [any, '{"$real":"NaN"}', /^must be a text, a number, .*, not \{"\$real":"NaN"\}$/],
    [any, '{"$blob":"","x":1}', /^must be a text, a number, /],
    [number, '"1"', 'must be a number, not "1"'],
    [number, '{"$real":"Infinity"}', 'must be a number, not {"$real":"Infinity"}'],
    [blob, '"AAE="', 'must be {"$blob": "base64"}, not "AAE="'],
    [blob, '{"$real":"Infinity"}', 'must be {"$blob": "base64"}, not {"$real":"Infinity"}'],
    [labels, '"a"', 'must be a list, not "a"'],
    [labels, '[1]', 'has an element whose label must be a text, not 1'],
  ])('%j: %s', (field, token, problem) => {
    if (typeof problem === 'string') expect(read(field, token)).toBe(problem);
    else expect(read(field, token)).toMatch(problem);
  });
});

it('a long token is shown by its beginning', () => {
  expect(shown('x'.repeat(40))).toBe('x'.repeat(40));
  expect(shown('x'.repeat(41))).toBe(`${'x'.repeat(37)}...`);
});
