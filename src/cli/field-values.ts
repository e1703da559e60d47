import { readFileSync } from 'node:fs';

import { SyncError } from '../errors.js';
import { withIoErrors } from '../files/io-error.js';
import { elementKey, elementsOf } from '../record/content.js';
import type { Content } from '../record/content.js';
import { fieldToken } from '../record/field-token.js';
import { JsonError, scanArray, scanObject, unquote } from '../record/json.js';
import { nearest } from '../record/nearest.js';
import { toToken } from '../record/object.js';
import type { RecordObject } from '../record/object.js';
import type { Entity } from '../registry/entity.js';
import type { Field, SetField } from '../registry/field.js';

/** Members that a line has beside its record; they are derived, and so not taken from what is put. */
const ENVELOPE = new Set(['v', 'content_hash', 'exported_at']);

/** A field with the value that was given for it. */
export interface Assignment {
  readonly name: string;
  readonly value: unknown;
}

/**
 * Reads `field=value`. `null` is null, a value that begins with `@` is the content of that file (`@@` is an `@`), a set is a
 * JSON array, and everything else is what the field's type makes of it.
 */
export function readAssignment(entity: Entity, text: string, pathOf: (path: string) => string): Assignment {
  const at = text.indexOf('=');
  if (at < 1) throw new SyncError('usage', `Cannot read ${JSON.stringify(text)}: it must be field=value`);
  const name = text.slice(0, at);
  const field = fieldOf(entity, name);
  return { name, value: readValue(name, field, fromFile(text.slice(at + 1), pathOf)) };
}

/** The synced field of a name; throws `bad_input`, naming the known ones. */
export function fieldOf(entity: Entity, name: string): Field {
  const field = entity.synced[entity.indexOf.get(name) ?? -1]?.field;
  if (field !== undefined) return field;
  const known = entity.synced.map((each) => each.name);
  const [guess] = nearest(name, known);
  throw new SyncError('bad_input', `The type ${entity.type} has no field ${JSON.stringify(name)}`, {
    hint: guess === undefined ? `the fields are ${known.join(', ')}` : `did you mean ${guess}?`,
  });
}

function fromFile(value: string, pathOf: (path: string) => string): string {
  if (!value.startsWith('@')) return value;
  if (value.startsWith('@@')) return value.slice(1);
  const path = pathOf(value.slice(1));
  return decodeUtf8(
    withIoErrors(path, 'read', () => readFileSync(path)),
    path,
  );
}

/** What bytes say as UTF-8; a byte order mark stays. Throws `bad_input` for bytes that are none. */
export function decodeUtf8(bytes: Uint8Array, from: string): string {
  try {
    return new TextDecoder('utf-8', { fatal: true, ignoreBOM: true }).decode(bytes);
  } catch (error) {
    throw new SyncError('bad_input', `Cannot read ${from}: it is no UTF-8 text`, { cause: error });
  }
}

function readValue(name: string, field: Field, text: string): unknown {
  if (text === 'null') return null;
  switch (field.kind) {
    case 'text':
    case 'ref':
      return text;
    case 'any':
    case 'blob':
      return text.startsWith('{')
        ? withJsonErrors(name, () =>
            Object.fromEntries(scanObject(text).map(([member, token]) => [member, valueOf(token)])),
          )
        : text;
    case 'integer':
      return /^-?\d+$/.test(text) ? BigInt(text) : text;
    case 'number':
      return /^-?\d+$/.test(text) ? BigInt(text) : readReal(text);
    case 'real':
      return readReal(text);
    case 'set':
      return readSet(name, field, text);
  }
}

function readReal(text: string): unknown {
  return text.trim() === '' || Number.isNaN(Number(text)) ? text : Number(text);
}

/** A set is a JSON array; where its elements are plain texts, words with commas do as well. */
function readSet(name: string, { set }: SetField, text: string): unknown[] {
  const [[, first] = [], ...others] = Object.entries(set.element);
  const isPlain = first?.kind === 'text' && others.length === 0;
  if (isPlain && !text.trimStart().startsWith('[')) {
    const words = text.split(',').map((word) => word.trim());
    return words.filter((word) => word !== '');
  }
  const element = isPlain
    ? '["bug","ui"]'
    : `[{${Object.keys(set.element)
        .map((column) => `"${column}":...`)
        .join(',')}}]`;
  return withJsonErrors(name, () => scanArray(text).map(valueOf), `write the list as ${name}='${element}'`);
}

/** Reads the object of a record: as `get --json` and `put --json` print it, or a line of a file. */
export function readObject(text: string, from = 'standard input'): RecordObject {
  if (text.trim() === '') {
    throw new SyncError('bad_input', `Cannot read the record: ${from} is empty`, {
      hint: 'give its JSON: sc-sync put issue - < record.json',
    });
  }
  return withJsonErrors(from, () => {
    const members = scanObject(text);
    const [first] = members;
    const inner = members.length === 1 && first?.[0] === 'record' ? scanObject(first[1]) : members;
    return Object.fromEntries(
      inner.filter(([name]) => !ENVELOPE.has(name)).map(([name, token]) => [name, valueOf(token)]),
    );
  });
}

/** The value of a JSON token; integers are bigints, so that they keep all digits. */
function valueOf(token: string): unknown {
  if (token.startsWith('"')) return unquote(token);
  if (token.startsWith('[')) return scanArray(token).map(valueOf);
  if (token.startsWith('{'))
    return Object.fromEntries(scanObject(token).map(([name, member]) => [name, valueOf(member)]));
  return /^-?\d+$/.test(token) ? BigInt(token) : (JSON.parse(token) as unknown);
}

function withJsonErrors<T>(from: string, read: () => T, hint = 'give one JSON object'): T {
  try {
    return read();
  } catch (error) {
    if (!(error instanceof JsonError)) throw error;
    throw new SyncError('bad_input', `Cannot read ${from}: ${error.message} (column ${error.column})`, {
      hint,
      cause: error,
    });
  }
}

/** Says whether a record has a value; a set has one if it is one of its elements. */
export function matches(content: Content, { name, value }: Assignment): boolean {
  const { entity, tokens } = content;
  const index = entity.indexOf.get(name) ?? -1;
  const [field, token = 'null'] = [entity.synced[index]?.field, tokens[index]];
  if (field?.kind !== 'set') return field !== undefined && fieldToken(field, toToken(value), []) === token;
  return elementsOf(field.set, token).some((element) => elementKey(element) === value);
}

/** Reads `field=value` of a condition: a set is asked for one element. */
export function readCondition(entity: Entity, text: string, pathOf: (path: string) => string): Assignment {
  const at = text.indexOf('=');
  const name = text.slice(0, Math.max(0, at));
  if (at > 0 && fieldOf(entity, name).kind === 'set') return { name, value: text.slice(at + 1) };
  const condition = readAssignment(entity, text, pathOf);
  const problems: string[] = [];
  if (condition.value !== null) fieldToken(fieldOf(entity, name), toToken(condition.value), problems);
  if (problems.length > 0) throw new SyncError('bad_input', `Cannot look for ${name}: it ${problems.join('; ')}`);
  return condition;
}
