import { meaningOf } from '../record/json.js';
import { EMPTY, readSource, withMembers } from '../record/json-source.js';
import type { Source } from '../record/json-source.js';
import { LIMITS } from '../record/limits.js';
import { canonicalNumber } from '../record/numbers.js';
import { compareUtf8 } from '../record/order.js';
import { mapSides } from './field.js';
import type { Fields, Sides } from './field.js';
import { areOneThing, compareCreation, differingCreation } from './json-creation.js';
import { isId, isNumber, isVolatile } from './json-names.js';

// Elements with numbers that each database counts for itself, such as comments: different ones get one number on two sides, and one gets
// another number where a database reads it in. So they are known by what they say, then by their number.

/** The elements of three arrays by keys that no number changes. */
export interface Counted {
  /** As they are written. */
  readonly written: Sides<Fields>;
  /** With one number for one element. */
  readonly leveled: Sides<Fields>;
  /** Gives elements a number of their own that have the number of another one, as they are merged. */
  readonly renumber: (merged: ReadonlyMap<string, string>) => Map<string, string>;
}

/** An element with its number. */
interface Numbered {
  readonly source: Source;
  readonly number: string;
  /** What it says beside its number. */
  readonly content: string;
}

/** Matches elements that each have a number, and no other one on their side; undefined for any others. */
export function matchCounted(sides: Sides<readonly Source[]>): Counted | undefined {
  const all = [...sides.base, ...sides.ours, ...sides.theirs];
  const name = counterOf(all);
  if (name === undefined) return undefined;
  const elements = mapSides(sides, (side) => side.map((source) => numbered(source, name)));
  if (![elements.base, elements.ours, elements.theirs].every(haveOwnNumbers)) return undefined;
  const keyed = keyElements(elements);
  const numbers = commonNumbers(keyed);
  const level = (side: Keyed): Fields =>
    new Map([...side].map(([key, { source }]) => [key, withNumber(source, name, numbers.get(key))]));
  return {
    written: mapSides(keyed, (side) => new Map([...side].map(([key, { source }]) => [key, source.text]))),
    leveled: mapSides(keyed, level),
    renumber(merged) {
      const own = ownNumbers([...merged.keys()], keyed, numbers);
      return new Map([...merged].map(([key, text]) => [key, withNumber(readSource(text), name, own.get(key))]));
    },
  };
}

/** The name under which all of some objects have a number that alone identifies them. */
function counterOf(all: readonly Source[]): string | undefined {
  const names = (all[0]?.members ?? []).map(({ name }) => name);
  const [only, ...others] = [isId, isNumber].map((isOne) => names.filter(isOne)).find(({ length }) => length > 0) ?? [];
  if (only === undefined || others.length > 0) return undefined;
  return all.every((source) => COUNT.test(numberIn(source, only))) ? only : undefined;
}

const COUNT = /^-?\d+$/;

/** A number by its value, however it is written; empty where there is none. */
function numberIn({ members }: Source, counter: string): string {
  const text = members.find(({ name }) => name === counter)?.text ?? '';
  return /^[-\d]/.test(text) && text.length <= LIMITS.number ? canonicalNumber(text) : '';
}

function numbered(source: Source, counter: string): Numbered {
  const rest = source.members.filter(({ name }) => name !== counter && !isVolatile(name));
  return {
    source,
    number: numberIn(source, counter),
    content: meaningOf(withMembers(source, rest).text),
  };
}

function haveOwnNumbers(side: readonly Numbered[]): boolean {
  return new Set(side.map(({ number }) => number)).size === side.length;
}

function withNumber(source: Source, counter: string, number: string | undefined): string {
  if (number === undefined || numberIn(source, counter) === number) return source.text;
  return withMembers(
    source,
    source.members.map((member) => (member.name === counter ? { ...member, text: number } : member)),
  ).text;
}

type Keyed = ReadonlyMap<string, Numbered>;

/** What the base has is known by its number there, anything else by number and content. */
function keyElements({ base, ours, theirs }: Sides<readonly Numbered[]>): Sides<Keyed> {
  const [fromOurs, fromTheirs] = [matchBase(ours, base), matchBase(theirs, base)];
  const isNew = (element: Numbered): boolean => !fromOurs.has(element) && !fromTheirs.has(element);
  const pairs = matchNew(ours.filter(isNew), theirs.filter(isNew));
  const keyOf = (element: Numbered): string => `${element.number} ${element.content}`;
  const keyOfNew = (element: Numbered): string => {
    const [key, other] = [element, pairs.get(element) ?? element].map(keyOf) as [string, string];
    return compareUtf8(key, other) <= 0 ? key : other;
  };
  const keyed = (side: readonly Numbered[], known: ReadonlyMap<Numbered, string>): Keyed =>
    new Map(side.map((element) => [known.get(element) ?? keyOfNew(element), element]));
  return {
    base: new Map(base.map((element) => [element.number, element])),
    ours: keyed(ours, fromOurs),
    theirs: keyed(theirs, fromTheirs),
  };
}

/** The elements of a side that the base has, with their numbers there: with the same content, else with the same number. */
function matchBase(side: readonly Numbered[], base: readonly Numbered[]): Map<Numbered, string> {
  const matched = new Map<Numbered, string>();
  const taken = new Set<Numbered>();
  const match = (element: Numbered, before: Numbered | undefined): void => {
    if (before === undefined || taken.has(before) || matched.has(element)) return;
    taken.add(before);
    matched.set(element, before.number);
  };
  const byNumber = new Map(base.map((element) => [element.number, element]));
  for (const element of side) {
    const before = byNumber.get(element.number);
    if (before?.content === element.content) match(element, before);
  }
  const left = byContent(base.filter((element) => !taken.has(element)));
  for (const element of side) if (!matched.has(element)) match(element, left.get(element.content)?.shift());
  for (const element of side) {
    const before = byNumber.get(element.number);
    // After a deletion its number is given out again.
    if (before !== undefined && differingCreation(element.source, before.source) === undefined) match(element, before);
  }
  return matched;
}

/** What both sides added, each with what the other side has of it. */
function matchNew(ours: readonly Numbered[], theirs: readonly Numbered[]): Map<Numbered, Numbered> {
  const pairs = new Map<Numbered, Numbered>();
  const pair = (one: Numbered, other: Numbered | undefined): void => {
    if (other === undefined) return;
    pairs.set(one, other);
    pairs.set(other, one);
  };
  const byNumber = new Map(ours.map((element) => [element.number, element]));
  for (const element of theirs) {
    const other = byNumber.get(element.number);
    if (other !== undefined && areOneThing(element.source, other.source)) pair(element, other);
  }
  const left = byContent(ours.filter((element) => !pairs.has(element)));
  for (const element of theirs) if (!pairs.has(element)) pair(element, left.get(element.content)?.shift());
  return pairs;
}

function byContent(elements: readonly Numbered[]): Map<string, Numbered[]> {
  const found = new Map<string, Numbered[]>();
  for (const element of elements) {
    if (found.get(element.content)?.push(element) === undefined) found.set(element.content, [element]);
  }
  return found;
}

/** One number for each element: what a side made of the base's, else the smaller one. */
function commonNumbers({ base, ours, theirs }: Sides<Keyed>): Map<string, string> {
  const numbers = new Map<string, string>();
  for (const key of [...base.keys(), ...ours.keys(), ...theirs.keys()]) {
    const [b, o, t] = [base, ours, theirs].map((side) => side.get(key)?.number);
    const changed = [o, t].filter((number) => number !== undefined && number !== b) as string[];
    const number = changed.sort((x, y) => (BigInt(x) < BigInt(y) ? -1 : 1))[0] ?? b;
    if (number !== undefined) numbers.set(key, number);
  }
  return numbers;
}

/** Of elements with one number the one of the base keeps it, else the one that was made first. The others get the next free ones. */
function ownNumbers(
  keys: readonly string[],
  { base, ours, theirs }: Sides<Keyed>,
  numbers: ReadonlyMap<string, string>,
): Map<string, string> {
  const sourceOf = (key: string): Source => (ours.get(key) ?? theirs.get(key))?.source ?? EMPTY;
  const rank = (key: string): number => (base.has(key) ? 0 : 1);
  const inOrder = keys.toSorted(
    (a, b) => rank(a) - rank(b) || compareCreation(sourceOf(a), sourceOf(b)) || compareUtf8(a, b),
  );
  const all = [base, ours, theirs].flatMap((side) => [...side.values()]).map(({ number }) => BigInt(number));
  let last = all.reduce((most, number) => (number > most ? number : most), 0n);
  const own = new Map<string, string>();
  const taken = new Set<string>();
  for (const key of inOrder) {
    const number = numbers.get(key);
    const given = number === undefined || taken.has(number) ? String(++last) : number;
    taken.add(given);
    own.set(key, given);
  }
  return own;
}
