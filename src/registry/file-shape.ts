import { CLASHES, KINDS, UNITS } from './file.js';
import { NAME_FORMS } from './names.js';

/** Finds what is wrong with a value, each problem with its place. */
export type Check = (value: unknown, where: string) => string[];

type Checks = Readonly<Record<string, Check>>;

/** Said of a value that is not what it must be. */
function wrong(value: unknown, where: string, expected: string): string[] {
  return [`${where === '' ? 'the file' : where} must be ${expected}, not ${describe(value)}`];
}

const matching =
  (pattern: RegExp, expected: string): Check =>
  (value, where) =>
    typeof value === 'string' && pattern.test(value) ? [] : wrong(value, where, expected);

const oneOf =
  (...words: readonly unknown[]): Check =>
  (value, where) =>
    words.includes(value) ? [] : wrong(value, where, words.map((word) => JSON.stringify(word)).join(' or '));

const list =
  (each: Check, expected: string, least = 0): Check =>
  (value, where) =>
    Array.isArray(value) && value.length >= least
      ? value.flatMap((element: unknown, index) => each(element, `${where}[${index}]`))
      : wrong(value, where, expected);

const orNull =
  (check: Check): Check =>
  (value, where) =>
    value === null ? [] : check(value, where);

/** An object with these members and no others. */
const object =
  (required: Checks, optional: Checks = {}): Check =>
  (value, where) => {
    const checks = { ...required, ...optional };
    if (!isObject(value)) return wrong(value, where, `an object with ${Object.keys(checks).join(', ')}`);
    const missing = Object.keys(required).filter((name) => !Object.hasOwn(value, name));
    return [
      ...Object.entries(value).flatMap(([name, member]) => {
        const check = Object.hasOwn(checks, name) ? checks[name] : undefined;
        if (check !== undefined) return check(member, memberOf(where, name));
        return [`${memberOf(where, name)}: this member is unknown; the members are ${Object.keys(checks).join(', ')}`];
      }),
      ...missing.map((name) => `${memberOf(where, name)}: this member is missing`),
    ];
  };

const byName =
  (nameCheck: Check, each: Check): Check =>
  (value, where) =>
    isObject(value)
      ? Object.entries(value).flatMap(([name, member]) => [
          ...nameCheck(name, where),
          ...each(member, memberOf(where, name)),
        ])
      : wrong(value, where, 'an object with a member for each column');

const name = matching(NAME_FORMS.sql.pattern, NAME_FORMS.sql.says);
const type = matching(NAME_FORMS.type.pattern, NAME_FORMS.type.says);
const names = list(name, 'a list of names');
const someNames = list(name, 'a list of at least one name', 1);
const kind = oneOf(...KINDS);

const field: Check = (value, where) =>
  isObject(value)
    ? object({ kind }, { null: oneOf(true, false), as: name, to: type, by: name })(value, where)
    : kind(value, where);

/** The forms of an identity, by the member that tells them apart. */
const IDENTITIES: readonly (readonly [member: string, check: Check])[] = [
  ['of', object({ of: type, column: name })],
  ['columns', object({ columns: someNames })],
  ['row', object({ row: oneOf(true) })],
  ['column', object({ column: name }, { number: name })],
  ['number', object({ number: name })],
];

const identity: Check = (value, where) => {
  const [, check] = IDENTITIES.find(([member]) => isObject(value) && Object.hasOwn(value, member)) ?? [];
  return check === undefined
    ? wrong(value, where, 'an object with column, number, columns, of or row')
    : check(value, where);
};

const time = orNull(object({ column: name, unit: oneOf(...UNITS) }));

const unique = list(object({ columns: someNames, clash: oneOf(...CLASHES) }), 'a list of unique keys');

const entity = object(
  {
    type,
    table: name,
    file: matching(NAME_FORMS.file.pattern, NAME_FORMS.file.says),
    id: identity,
    fields: byName(name, field),
    created: time,
    updated: time,
  },
  { unique, title: name },
);

/** The form of a registry file. */
export const registryFile: Check = object({
  registry: oneOf(1),
  scope: oneOf('database'),
  entities: list(entity, 'a list of entities'),
  local: names,
  derived: names,
});

export function isObject(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

/** The place of a member: `entities[3].fields.body`. */
export function memberOf(where: string, name: string): string {
  if (!/^\w+$/.test(name)) return `${where}[${JSON.stringify(name)}]`;
  return where === '' ? name : `${where}.${name}`;
}

/** So much of a text is shown. */
const SHOWN = 60;

function describe(value: unknown): string {
  if (Array.isArray(value)) return value.length === 0 ? 'an empty list' : 'a list';
  if (isObject(value)) return 'an object';
  return JSON.stringify(typeof value === 'string' ? value.slice(0, SHOWN) : value);
}
