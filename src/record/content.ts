import type { Entity } from '../registry/entity.js';
import type { ElementFields, SetTable } from '../registry/field.js';
import { arraySize } from './array-size.js';
import { quote, scanArray, scanObject, sha256, unquote } from './json.js';
import type { Member, Token } from './json.js';
import { compareUtf8 } from './order.js';

/** The version of the line format that this package writes. */
export const FORMAT_VERSION = 1;

/**
 * What a record says, wherever it was read: one canonical JSON token for each synced field, coordinates in
 * portable form. Two contents are equal exactly when their tokens are.
 */
export interface Content {
  readonly entity: Entity;
  readonly id: string;
  /** In the order of {@link Entity.synced}. */
  readonly tokens: readonly Token[];
  /** Fields that the registry does not know, sorted by name. */
  readonly unknown: readonly Member[];
  /** Places of fields that the line it was read from says nothing of: their tokens are no values that can lose. */
  readonly unsaid?: readonly number[];
}

/** Says whether two contents are the same record with the same values. */
export function sameContent(a: Content, b: Content): boolean {
  return (
    a.id === b.id &&
    a.tokens.length === b.tokens.length &&
    a.tokens.every((token, index) => token === b.tokens[index]) &&
    sameMembers(a.unknown, b.unknown)
  );
}

function sameMembers(a: readonly Member[], b: readonly Member[]): boolean {
  return a.length === b.length && a.every(([name, token], index) => name === b[index]?.[0] && token === b[index][1]);
}

/** The token of a field by name; the field must be a synced one. */
export function tokenOf(content: Content, name: string): string {
  const index = content.entity.indexOf.get(name);
  const token = index === undefined ? undefined : content.tokens[index];
  if (token === undefined) throw new Error(`${content.entity.type} has no synced field ${name}`);
  return token;
}

/** The same content with some tokens replaced; derived fields follow. */
export function withTokens(content: Content, changes: ReadonlyMap<number, string>): Content {
  return derived({ ...content, tokens: content.tokens.map((token, index) => changes.get(index) ?? token) });
}

/** The content with every count of a set made to agree with that set, where the set has elements. */
export function derived(content: Content): Content {
  const { entity, tokens } = content;
  let next: string[] | undefined;
  for (const { index, set } of entity.counts) {
    const elements = tokens[set] ?? EMPTY_SET;
    if (elements === EMPTY_SET) continue;
    const size = String(arraySize(elements));
    if (size !== tokens[index]) (next ??= [...tokens])[index] = size;
  }
  return next === undefined ? content : { ...content, tokens: next };
}

/** The token of a set without elements. */
export const EMPTY_SET = '[]';

/** The token that an extension field has when a line leaves it out. */
export function fallbackToken(entity: Entity, index: number): string {
  const field = entity.synced[index]?.field;
  if (field?.kind === 'set') return EMPTY_SET;
  return field?.kind === 'integer' && field.fallback !== undefined ? String(field.fallback) : 'null';
}

/** The members of a data object, joined: what a line holds between its type and its hash. */
export function joinMembers(members: readonly Member[]): string {
  return members.map(([name, token]) => `${quote(name)}:${token}`).join(',');
}

const LABELS = new WeakMap<Entity, readonly string[]>();

/** The names of an entity's fields as a data object has them: `,"name":`. They are quoted once, since each line has all of them. */
export function labelsOf(entity: Entity): readonly string[] {
  let labels = LABELS.get(entity);
  if (labels === undefined) LABELS.set(entity, (labels = entity.synced.map(({ name }) => `,${quote(name)}:`)));
  return labels;
}

/** A data object without its braces, its members in their canonical order. Extension fields need `extended`. */
export function dataText(
  entity: Entity,
  tokens: readonly string[],
  unknown: readonly Member[],
  extended: boolean,
): string {
  const labels = labelsOf(entity);
  let text = '';
  for (let index = 0; index < entity.coreCount; index++) text += `${labels[index] ?? ''}${tokens[index] ?? 'null'}`;
  if (extended) {
    text += `,"v":${FORMAT_VERSION}`;
    for (let index = entity.coreCount; index < labels.length; index++) {
      const token = tokens[index] ?? 'null';
      if (token !== fallbackToken(entity, index)) text += `${labels[index] ?? ''}${token}`;
    }
  }
  if (unknown.length > 0) text += `,${joinMembers(unknown)}`;
  return text.slice(1);
}

/** The content hash of a data object given as its joined members. */
export function hashOfData(data: string): string {
  return sha256(`{${data}}`);
}

/** Unknown members in canonical order. */
export function sortMembers(members: readonly Member[]): Member[] {
  return [...members].sort(([a], [b]) => compareUtf8(a, b));
}

// ---- sets -----------------------------------------------------------------------------------------------------------

/** One element of a set: its tokens in the order of the set's element columns. */
export type Element = readonly string[];

/** The elements of a set token. */
export function elementsOf(table: SetTable, token: string): Element[] {
  const names = elementNames(table);
  return scanArray(token).map((element) => {
    if (names.length === 1) return [element];
    const members = new Map(scanObject(element));
    return names.map((name) => members.get(name) ?? 'null');
  });
}

/** The tokens of a set's elements by what identifies them. */
export function elementsByKey(table: SetTable, token: string): Map<string, string> {
  const tokens = scanArray(token);
  return new Map(elementsOf(table, token).map((element, index) => [elementKey(element), tokens[index] ?? 'null']));
}

/** The token of a set with such elements. */
export function setOfElements(elements: ReadonlyMap<string, string>): string {
  const sorted = [...elements].sort(([a], [b]) => compareUtf8(a, b));
  return `[${sorted.map(([, token]) => token).join(',')}]`;
}

/** What identifies an element within its owner: a text, or an integer as it is written. */
export function elementKey(element: Element): string {
  const token = element[0] ?? '""';
  return token.startsWith('"') ? unquote(token) : token;
}

/** The names of an element's columns; the first one identifies it. */
export function elementNames(table: SetTable): readonly string[] {
  return Object.keys(table.element satisfies ElementFields);
}
