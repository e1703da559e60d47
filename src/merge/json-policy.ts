import { meaningOf } from '../record/json.js';
import { EMPTY, readSource, saySame, textsIn, withMembers } from '../record/json-source.js';
import type { Source } from '../record/json-source.js';
import { compareTimes, isTime } from '../record/time.js';
import type { Loss } from './loss.js';
import { areBothChanged, isSame, mapSides, mergeFields, oursWins } from './field.js';
import type { Contest, MergePolicy, Tokens } from './field.js';
import { mergeArrays } from './json-array.js';
import { compareCreation, differingCreation, withOwnBase } from './json-creation.js';
import type { Both } from './json-creation.js';
import { isCreated, isHash, isTouched } from './json-names.js';
import { inOneOrder } from './set.js';

/** What the lines of another program merge by. */
export interface JsonRules {
  /** Groups of fields that mean one thing, and win or lose together. */
  readonly together: readonly (readonly string[])[];
  /** The key of an array's elements, by the names on the way to the array. */
  readonly elements: ReadonlyMap<string, string>;
  /** The names on the way to the time of the last change. */
  readonly updated?: string | undefined;
}

/** A place in a record: how it is called, and the names alone on the way there. */
interface Position {
  readonly called: string;
  readonly names: string;
}

const TOP: Position = { called: '', names: '' };

/** How the lines of another program merge: its fields are known by their names and values alone. */
export function policyOfNames(rules: JsonRules, order: number, at = TOP): MergePolicy {
  const { together, elements, updated } = rules;
  const within = (name: string): Position => ({
    called: at.called === '' ? name : `${at.called}.${name}`,
    names: at.names === '' ? name : `${at.names}.${name}`,
  });
  const isChange = (name: string): boolean => isTouched(name) || within(name).names === updated;
  const policy: MergePolicy = {
    order,
    meaningOf,
    together: at === TOP ? together : [],
    pathOf: (name) => within(name).called,
    // A time among times and a sum among sums are no loss. Names alone may deceive.
    isLoss(name, lost, kept) {
      const both = kept === undefined ? [lost] : [lost, kept];
      if (isChange(name) || isCreated(name)) return !both.every(isTime);
      return !isHash(name) || !both.every((token) => /^(?:"[^\s"]*"|\d+)$/.test(token));
    },
    merge(name, tokens, losses) {
      const { ours, theirs } = tokens;
      if (ours === undefined || theirs === undefined || !areBothChanged(tokens, policy)) return undefined;
      const time = isChange(name) || isCreated(name) ? compareTimes(ours, theirs) : 0;
      if (time !== 0) return time > 0 === isChange(name) ? ours : theirs;
      const place = within(name);
      const base = tokens.base?.charAt(0) === ours.charAt(0) ? tokens.base : undefined;
      if (ours.startsWith('{') && theirs.startsWith('{')) {
        const both = withOwnBase(readBoth(base, ours, theirs));
        if (both.base === undefined && differingCreation(both.ours, both.theirs) !== undefined) return undefined;
        return mergeObjects(both, policyOfNames(rules, order, place), losses).text;
      }
      if (!ours.startsWith('[') || !theirs.startsWith('[')) return undefined;
      return mergeArrays({ base, ours, theirs }, policy, elements.get(place.names), (key, element) => {
        const called = `${place.called}[${key}]`;
        return mergeElement(element, policyOfNames(rules, order, { called, names: place.names }), losses);
      });
    },
  };
  return policy;
}

function readBoth(base: string | undefined, ours: string, theirs: string): Both {
  return {
    base: base === undefined ? undefined : readSource(base),
    ours: readSource(ours),
    theirs: readSource(theirs),
  };
}

/** Merges two objects or arrays member by member: in the order and the style of the winner, or one of the two as it is. */
export function mergeObjects({ base = EMPTY, ours, theirs }: Both, policy: MergePolicy, losses: Loss[]): Source {
  const merged = mergeFields(mapSides({ base, ours, theirs }, textsIn), policy, losses);
  const [winner, other] = inOrder(ours, theirs, policy);
  const written = new Map([...other.members, ...winner.members].map(({ name, nameText }) => [name, nameText]));
  const names = inOneOrder(namesIn(winner), namesIn(other));
  const members = names.flatMap((name) => {
    const text = merged.get(name);
    return text === undefined ? [] : [{ name, nameText: written.get(name) ?? '', text }];
  });
  const result = withMembers(winner, members);
  return [winner, other].find((side) => saySame(side, result)) ?? result;
}

/** Two sides, that which wins first. */
export function inOrder(ours: Source, theirs: Source, contest: Contest): [winner: Source, other: Source] {
  return oursWins(ours.text, theirs.text, contest) ? [ours, theirs] : [theirs, ours];
}

function namesIn({ members }: Source): string[] {
  return members.map(({ name }) => name);
}

/** Merges two versions of an element that differ. Where both sides added it, the one that was made first counts whole. */
function mergeElement(element: Tokens, policy: MergePolicy, losses: Loss[]): string | undefined {
  const { base, ours, theirs } = element;
  if (ours === undefined || theirs === undefined || isSame(ours, base, policy)) return theirs ?? ours;
  if (isSame(theirs, base, policy)) return ours;
  const both = readBoth(base, ours, theirs);
  if (base !== undefined) return mergeObjects(both, policy, losses).text;
  const [winner, other] = inOrder(both.ours, both.theirs, {
    ...policy,
    order: compareCreation(both.theirs, both.ours) || policy.order,
  });
  return keepWhole(winner, other, policy, losses).text;
}

/** One of two objects that nothing tells a base of, whole. What the other one says otherwise is lost. */
export function keepWhole(kept: Source, other: Source, policy: MergePolicy, losses: Loss[]): Source {
  const known = textsIn(kept);
  for (const { name, text: lost } of other.members) {
    const value = known.get(name);
    if (isSame(lost, value, policy) || !policy.isLoss(name, lost, value, 'theirs')) continue;
    losses.push({ field: policy.pathOf(name), base: null, kept: value ?? null, lost });
  }
  return kept;
}
