import type { Entity } from '../registry/entity.js';
import type { Field } from '../registry/field.js';
import { ENVELOPE } from '../registry/names.js';
import { FORMAT_VERSION, dataText, derived, elementNames, fallbackToken, joinMembers, sortMembers } from './content.js';
import type { Content } from './content.js';
import { fieldToken } from './field-token.js';
import { JsonError, quote, scanArray, scanObject, unquote } from './json.js';
import { LIMITS, TOO_DEEP } from './limits.js';
import { integerValue } from './numbers.js';
import type { PathForm } from './version.js';

/** A record as an object: its type tag, its fields, and members that the registry does not know. */
export type RecordObject = Readonly<Record<string, unknown>>;

/**
 * The object of a content; integers beyond 2^53 are bigints. In portable form it has `v` and all extension fields,
 * else neither, so that the same line can be made of it again.
 */
export function toObject(content: Content, form: PathForm): RecordObject {
  const { entity, tokens, unknown } = content;
  const isExtended = form === 'portable';
  const fields = isExtended ? entity.synced : entity.synced.slice(0, entity.coreCount);
  return Object.fromEntries<unknown>([
    ['type', entity.type],
    ...(isExtended ? [['v', FORMAT_VERSION] as const] : []),
    ...fields.map(({ name, field, index }) => [name, toValue(field, tokens[index] ?? 'null')] as const),
    ...unknown.map(([name, token]) => [name, anyValue(token)] as const),
  ]);
}

/** The object of a content as a program reads it: type tag, all fields, members that the registry does not know. */
export function toRecord(content: Content): RecordObject {
  return Object.fromEntries(Object.entries(toObject(content, 'portable')).filter(([name]) => name !== 'v'));
}

/** The value of a token of any type. */
function anyValue(token: string): unknown {
  if (token.startsWith('[')) return scanArray(token).map(anyValue);
  if (token.startsWith('{')) {
    return Object.fromEntries(scanObject(token).map(([name, value]) => [name, anyValue(value)]));
  }
  return /^-?\d+$/.test(token) ? integerValue(token) : (JSON.parse(token) as unknown);
}

function toValue(field: Field, token: string): unknown {
  if (token === 'null') return null;
  switch (field.kind) {
    case 'text':
    case 'ref':
      return unquote(token);
    case 'integer':
      return integerValue(token);
    case 'real':
      return Number(token);
    case 'number':
    case 'any':
    case 'blob':
      return anyValue(token);
    case 'set': {
      const names = elementNames(field.set);
      return scanArray(token).map((element) => {
        const members = names.length === 1 ? [[names[0] ?? '', element] as const] : scanObject(element);
        const values = members.map(([name, value]): [string, unknown] => {
          const column = field.set.element[name];
          return [name, column === undefined ? null : toValue(column, value)];
        });
        return names.length === 1 ? values[0]?.[1] : Object.fromEntries(values);
      });
    }
  }
}

/** The JSON text of a content, exact to the last digit: type tag, all fields, unknown members. */
export function toJson(content: Content): string {
  const { entity, tokens, unknown } = content;
  return `{${joinMembers([
    ['type', JSON.stringify(entity.type)],
    ...entity.synced.map(({ name, index }): [string, string] => [name, tokens[index] ?? 'null']),
    ...unknown,
  ])}}`;
}

/** What is wrong with an object that should be a record. */
export class ObjectError extends Error {
  readonly problems: readonly string[];
  constructor(problems: readonly string[]) {
    super(problems.join('; '));
    this.name = 'ObjectError';
    this.problems = problems;
  }
}

/** The content of an object. Coordinates are taken as they are. Throws {@link ObjectError} with every problem. */
function fromObject(entity: Entity, object: RecordObject): Content {
  const problems: string[] = [];
  const tokens = entity.synced.map(({ name, field, index }) => {
    const value = object[name];
    if (value === undefined && index >= entity.coreCount) return fallbackToken(entity, index);
    const found: string[] = [];
    const token = valueToken(field, value ?? null, found);
    problems.push(...found.map((problem) => `${name} ${problem}`));
    return token;
  });
  const unknown = Object.entries(object)
    .filter(([name, value]) => value !== undefined && !ENVELOPE.has(name) && !entity.indexOf.has(name))
    .flatMap(([name, value]) => {
      try {
        return scanObject(`{${quote(name)}:${toToken(value)}}`);
      } catch (error) {
        if (!(error instanceof JsonError)) throw error;
        problems.push(`${name} cannot be JSON: ${error.message}`);
        return [];
      }
    });
  if (problems.length > 0) throw new ObjectError(problems);
  return derived({ entity, id: unquote(tokens[0] ?? '""'), tokens, unknown: sortMembers(unknown) });
}

/** The JSON token of a value; bigints are integers. Throws {@link JsonError} for one that is nested too deeply, or in itself. */
export function toToken(value: unknown, depth = 0): string {
  if (depth > LIMITS.depth) throw new JsonError(TOO_DEEP, 1);
  if (typeof value === 'bigint') return value.toString();
  if (Array.isArray(value)) return `[${value.map((element) => toToken(element, depth + 1)).join(',')}]`;
  if (typeof value === 'object' && value !== null) {
    const members = Object.entries(value).filter(([, member]) => member !== undefined);
    return `{${members.map(([name, member]) => `${JSON.stringify(name)}:${toToken(member, depth + 1)}`).join(',')}}`;
  }
  return value === undefined ? 'null' : JSON.stringify(value);
}

/** The canonical token of a value of a field; what is wrong with it is added to `problems`. */
export function valueToken(field: Field, value: unknown, problems: string[]): string {
  try {
    return fieldToken(field, toToken(value), problems);
  } catch (error) {
    if (!(error instanceof JsonError)) throw error;
    problems.push(`cannot be JSON: ${error.message}`);
    return 'null';
  }
}

/**
 * The data object of a record's object: what its content hash is of. Extension fields belong to it when the object
 * has one of them, or `v`.
 */
export function dataOf(entity: Entity, object: RecordObject): string {
  const content = fromObject(entity, object);
  const isExtended = ['v', ...entity.synced.slice(entity.coreCount).map(({ name }) => name)].some(
    (name) => object[name] !== undefined,
  );
  return dataText(entity, content.tokens, content.unknown, isExtended);
}
