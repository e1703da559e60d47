import fc from 'fast-check';

import { derived, elementNames, sortMembers } from '../../src/record/content.js';
import { setToken } from '../../src/record/elements.js';
import type { Content, Element } from '../../src/record/content.js';
import { scanArray, unquote } from '../../src/record/json.js';
import type { Member } from '../../src/record/json.js';
import { realToken } from '../../src/record/numbers.js';
import { toPortable } from '../../src/record/paths.js';
import type { Entity } from '../../src/registry/entity.js';
import type { Field, IntegerField, SetField, TextField } from '../../src/registry/field.js';
import { savecontext } from '../../src/savecontext/registry.js';
import { blobToken } from '../../src/record/stored.js';

/** Any well-formed text, often a tricky one, often the same. */
export const text: fc.Arbitrary<string> = fc.oneof(
  {
    weight: 4,
    arbitrary: fc.constantFrom(
      '',
      'a',
      'b',
      'Å',
      'A\u030a',
      '\u{1f680}',
      '\uffff',
      'null',
      '"\\/\b\f\n\r\t',
      '\0\u001f',
    ),
  },
  { weight: 1, arbitrary: fc.string({ unit: 'binary', maxLength: 12 }) },
);

/** Paths of this machine and others, and all that looks like a portable form. */
export const path: fc.Arbitrary<string> = fc.oneof(
  fc.constantFrom(
    '.',
    './',
    './.',
    './x',
    '././x',
    './/x',
    '/proj',
    '/proj/',
    '/proj/.',
    '/proj/./x',
    '/proj//./x',
    '/project',
    '',
  ),
  fc.array(fc.constantFrom('.', '/', './', '/proj', 'x', '..', 'Å'), { maxLength: 6 }).map((parts) => parts.join('')),
);

const tags = fc.oneof(
  fc.subarray(['a', 'b', 'c', '\u{1f680}', 'Å']).map((elements) => JSON.stringify(elements)),
  fc.shuffledSubarray(['a', 'b', 'c']).map((elements) => JSON.stringify(elements, null, 1)),
  fc.constantFrom('a,b', '["a",1]', '["a","a"]', '[', '{"a":1}', '["\\ud800"]'),
);

const integer = fc.oneof(
  { weight: 5, arbitrary: fc.integer({ min: 0, max: 3 }).map(String) },
  { weight: 1, arbitrary: fc.bigInt({ min: -(2n ** 63n), max: 2n ** 63n - 1n }).map(String) },
  { weight: 1, arbitrary: fc.constantFrom('9223372036854775807', '-9223372036854775808', '9007199254740993', '-1') },
);

/** A JSON value as a token, digits and order of names as somebody wrote them. */
export const jsonToken: fc.Arbitrary<string> = fc.oneof(
  fc.constantFrom(
    'null',
    'true',
    '0',
    '-0',
    '1.0',
    '1e2',
    '123456789012345678901234567890',
    '"\\u00e9"',
    '[]',
    '{"b":1,"a":{}}',
  ),
  fc.json({ maxDepth: 2 }).map((written) => scanArray(`[${written}]`)[0] ?? 'null'),
);

/** Members that no entity knows, sorted by name. */
export const unknownMembers: fc.Arbitrary<readonly Member[]> = fc
  .dictionary(fc.constantFrom('x_new', 'zeta', 'Ä', '\u{1f680}', '\uffff', '__proto__', 'toString'), jsonToken, {
    maxKeys: 3,
  })
  .map((members) => sortMembers(Object.entries(members)));

function nullable(field: Field, token: fc.Arbitrary<string>): fc.Arbitrary<string> {
  // A record without a project is in no file.
  return field.nullable && !(field.kind === 'text' && field.coordinate === 'scope')
    ? fc.oneof({ weight: 1, arbitrary: fc.constant('null') }, { weight: 4, arbitrary: token })
    : token;
}

function textToken(field: TextField): fc.Arbitrary<string> {
  if (field.coordinate === 'scope' || field.coordinate === 'scope-id') return fc.constant('"."');
  if (field.coordinate === 'path') return path.map((value) => JSON.stringify(toPortable(value, '/proj')));
  if (field.oneOf !== undefined) return fc.constantFrom(...field.oneOf).map((value) => JSON.stringify(value));
  if (field.key === true) return text.map((value) => JSON.stringify(value.replaceAll('\0', '0')));
  return (field.stringArray === true ? fc.oneof(tags, text) : text).map((value) => JSON.stringify(value));
}

function integerToken(field: IntegerField): fc.Arbitrary<string> {
  return field.min === undefined ? integer : fc.integer({ min: field.min, max: field.max ?? field.min }).map(String);
}

const elementText = fc.constantFrom('a', 'b', 'c', '\u{1f680}', '\uffff').map((value) => JSON.stringify(value));

function setTokens(field: SetField): fc.Arbitrary<string> {
  const columns = elementNames(field.set).map((name, index) => {
    const column = field.set.element[name]!;
    if (column.kind === 'integer') return nullable(column, integerToken(column));
    return column.coordinate === 'path' ? textToken(column) : index === 0 ? elementText : nullable(column, elementText);
  });
  return fc
    .uniqueArray(fc.tuple(...columns) as fc.Arbitrary<Element>, {
      maxLength: 4,
      selector: ([id]) => unquote(id ?? '""'),
    })
    .map((elements) => setToken(field.set, elements));
}

/** The canonical token of any valid value of a field. */
export function fieldTokens(field: Field): fc.Arbitrary<string> {
  switch (field.kind) {
    case 'text':
      return nullable(field, textToken(field));
    case 'integer':
      return nullable(field, integerToken(field));
    case 'real':
      return fc.double({ min: Number.MIN_VALUE, max: Number.MAX_VALUE, noNaN: true }).map(realToken);
    case 'set':
      return setTokens(field);
    case 'ref':
      return nullable(
        field,
        text.map((value) => JSON.stringify(value)),
      );
    case 'number':
      return nullable(field, fc.oneof(integer, fc.double({ noNaN: true, noDefaultInfinity: true }).map(realToken)));
    case 'blob':
      return nullable(field, bytes);
    case 'any':
      return nullable(
        field,
        fc.oneof(
          integer,
          bytes,
          text.map((value) => JSON.stringify(value)),
        ),
      );
  }
}

const bytes = fc.uint8Array({ maxLength: 6 }).map((value) => blobToken(value));

/** The content, printed as its values when a property fails. */
function printable(content: Content): Content {
  const { entity, tokens, unknown } = content;
  const print = (): string =>
    `${entity.type} ${[...entity.synced.map(({ name, index }) => [name, tokens[index]]), ...unknown].map(([name, token]) => `${name ?? ''}=${token ?? ''}`).join(' ')}`;
  return Object.defineProperty({ ...content }, fc.toStringMethod, { value: print });
}

/** Any valid content of an entity. */
export function contentOf(entity: Entity, id?: string): fc.Arbitrary<Content> {
  const tokens = entity.synced.map(({ field, index }) =>
    index === 0 && id !== undefined ? fc.constant(JSON.stringify(id)) : fieldTokens(field),
  );
  return fc
    .tuple(fc.tuple(...tokens), unknownMembers)
    .map(([all, unknown]) => printable(derived({ entity, id: unquote(all[0] ?? '""'), tokens: all, unknown })));
}

/** Any valid content of any entity. */
export const content: fc.Arbitrary<Content> = fc
  .constantFrom(...savecontext.entities)
  .chain((entity) => contentOf(entity));

/** A content that differs from another one in some of its fields. */
export function variantOf(base: Content, share = 3): fc.Arbitrary<Content> {
  const pick = fc.integer({ min: 0, max: share }).map((value) => value === 0);
  const mask = fc.array(pick, { minLength: base.tokens.length + 1, maxLength: base.tokens.length + 1 });
  return fc.tuple(contentOf(base.entity, base.id), mask).map(([other, picks]) =>
    printable(
      derived({
        ...base,
        tokens: base.tokens.map((token, index) => (picks[index] === true ? (other.tokens[index] ?? token) : token)),
        unknown: picks.at(-1) === true ? other.unknown : base.unknown,
      }),
    ),
  );
}
