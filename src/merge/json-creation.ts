import { textsIn } from '../record/json-source.js';
import type { Source } from '../record/json-source.js';
import { compareTimes } from '../record/time.js';
import { isCreated, isCreation, isOneValue, isVolatile } from './json-names.js';

/** What each side has of one object or array; the base may have none. */
export interface Both {
  readonly base: Source | undefined;
  readonly ours: Source;
  readonly theirs: Source;
}

/**
 * The same without a base that one of the sides does not come from. A thing that was made later than the base's took its name, as where it
 * was deleted and its number given out again.
 */
export function withOwnBase({ base, ours, theirs }: Both): Both {
  const isOfBase = base === undefined || ![ours, theirs].some((side) => isMadeAfter(side, base));
  return { base: isOfBase ? base : undefined, ours, theirs };
}

/** Says whether a thing was made later than another one of its name. */
export function isMadeAfter(thing: Source, other: Source): boolean {
  return compareCreation(thing, other) > 0;
}

/** Positive where the first of two things was made later; 0 where nothing says so. */
export function compareCreation(one: Source, other: Source): number {
  const texts = textsIn(other);
  const made = one.members.find(({ name }) => isCreated(name) && texts.has(name));
  return made === undefined ? 0 : compareTimes(made.text, texts.get(made.name));
}

/** The name of a field of creation that both have, with different values: then they are two things. */
export function differingCreation(one: Source, other: Source): string | undefined {
  const texts = textsIn(other);
  return one.members.find(({ name, text }) => {
    const there = texts.get(name);
    return isCreation(name) && there !== undefined && !isOneValue(name, text, there);
  })?.name;
}

/** Says whether two things of one name, of which there was none before, are one: all that they have says the same, but for some members. */
export function areOneThing(one: Source, other: Source, isAside: (name: string) => boolean = isVolatile): boolean {
  const [a, b] = [textsIn(one), textsIn(other)];
  return [...new Set([...a.keys(), ...b.keys()])].every((name) => {
    const [x, y] = [a.get(name), b.get(name)];
    return isAside(name) || (x !== undefined && y !== undefined && isOneValue(name, x, y));
  });
}
