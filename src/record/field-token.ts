import type { Field, IntegerField, ScalarField, SetField, TextField } from '../registry/field.js';
import { elementNames } from './content.js';
import { setToken } from './elements.js';
import { hasRareEscape, quote, scanArray, scanObject, unquote } from './json.js';
import { ID, isId } from './limits.js';
import { integerToken, realToken } from './numbers.js';
import { storedValue } from './stored.js';

/** The canonical token of a field's value; what is wrong with it is added to `problems`, as what is said after the field's name. */
export function fieldToken(field: Field, token: string, problems: string[]): string {
  if (field.kind === 'set') return setFieldToken(field, token, problems);
  if (token === 'null') {
    if (!field.nullable) problems.push(`must be ${expectation(field)}, not null`);
    return token;
  }
  const canonical = scalarToken(field, token);
  if (canonical === undefined) problems.push(`must be ${expectation(field)}, not ${describe(token)}`);
  return canonical ?? 'null';
}

function scalarToken(field: ScalarField, token: string): string | undefined {
  switch (field.kind) {
    case 'text':
      return textToken(field, token);
    case 'ref':
      return token.startsWith('"') && isId(unquote(token)) ? quote(unquote(token)) : undefined;
    case 'any':
      return storedValue(token)?.token;
    case 'number':
      return /^-?\d/.test(token) ? storedValue(token)?.token : undefined;
    case 'blob': {
      const stored = storedValue(token);
      return stored?.value instanceof Uint8Array ? stored.token : undefined;
    }
    case 'integer': {
      const canonical = integerToken(token);
      return canonical === undefined || !inRange(field, canonical) ? undefined : canonical;
    }
    case 'real': {
      const value = /^-?\d/.test(token) ? Number(token) : Number.NaN;
      if (!Number.isFinite(value) || (field.above !== undefined && value <= field.above)) return undefined;
      return realToken(value);
    }
  }
}

function textToken(field: TextField, token: string): string | undefined {
  if (!token.startsWith('"')) return undefined;
  if (field.oneOf === undefined && field.key !== true && !hasRareEscape(token)) return token;
  const value = unquote(token);
  if (field.oneOf !== undefined && !field.oneOf.includes(value)) return undefined;
  if ((field.key === true && !isId(value)) || !value.isWellFormed()) return undefined;
  // A text of its own: a part of a line keeps the whole line in memory, for as long as somebody remembers an id.
  return JSON.stringify(value);
}

function inRange({ min, max }: IntegerField, token: string): boolean {
  if (min === undefined && max === undefined) return true;
  const value = BigInt(token);
  return (min === undefined || value >= BigInt(min)) && (max === undefined || value <= BigInt(max));
}

function setFieldToken(field: SetField, token: string, problems: string[]): string {
  if (token === 'null' || token === '[]') return '[]';
  if (!token.startsWith('[')) {
    problems.push(`must be a list, not ${describe(token)}`);
    return '[]';
  }
  const names = elementNames(field.set);
  const elements = scanArray(token).map((element) => {
    if (names.length > 1 && !element.startsWith('{')) {
      problems.push(`must be a list of objects with ${names.join(', ')}, and has the element ${describe(element)}`);
      return names.map(() => 'null');
    }
    const members: Map<string, string> =
      names.length === 1 ? new Map([[names[0] ?? '', element]]) : new Map(scanObject(element));
    for (const name of members.keys()) {
      if (!names.includes(name))
        problems.push(`must have elements with ${names.join(', ')}, and has one with ${JSON.stringify(name)}`);
    }
    return names.map((name) => {
      const problem: string[] = [];
      const column = field.set.element[name];
      const value = column === undefined ? 'null' : fieldToken(column, members.get(name) ?? 'null', problem);
      problems.push(...problem.map((text) => `has an element whose ${name} ${text}`));
      return value;
    });
  });
  return problems.length > 0 ? '[]' : setToken(field.set, elements);
}

function expectation(field: ScalarField): string {
  switch (field.kind) {
    case 'ref':
      return `an id of the type ${field.to}`;
    case 'any':
      return 'a text, a number, {"$blob": "base64"} or {"$real": "Infinity"}';
    case 'number':
      return 'a number';
    case 'blob':
      return '{"$blob": "base64"}';
    case 'text':
      if (field.oneOf !== undefined) return `one of ${field.oneOf.map((word) => JSON.stringify(word)).join(', ')}`;
      return field.key === true ? ID : 'a text';
    case 'integer':
      if (field.min === undefined) return 'an integer of 64 bits';
      return field.max === undefined ? `an integer of at least ${field.min}` : `${field.min} to ${field.max}`;
    case 'real':
      return field.above === undefined ? 'a number' : `a number greater than ${field.above}`;
  }
}

/** A token for a message: whole when short, else its beginning. */
export function describe(token: string, most = 40): string {
  return token.length <= most ? token : `${token.slice(0, most - 3)}...`;
}
