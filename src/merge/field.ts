import type { Token } from '../record/json.js';
import { isGreater } from '../record/order.js';
import type { Loss } from './loss.js';

/** What three versions have of one thing. */
export interface Sides<T> {
  readonly base: T;
  readonly ours: T;
  readonly theirs: T;
}

/** Makes something of each side. */
export function mapSides<A, B>({ base, ours, theirs }: Sides<A>, map: (side: A) => B): Sides<B> {
  return { base: map(base), ours: map(ours), theirs: map(theirs) };
}

/** The values of one field as they are written; undefined where a side has none. */
export type Tokens = Sides<Token | undefined>;

/** What one side has, by name: the fields of a record, the elements of a set. */
export type Fields = ReadonlyMap<string, Token>;

/** The values of one name on three sides. */
export function tokensAt(sides: Sides<Fields>, name: string): Tokens {
  return mapSides(sides, (fields) => fields.get(name));
}

/** What a merge goes by: all in which data files, other programs' files and elements of sets differ. */
export interface MergePolicy {
  /** Negative: theirs was updated later; positive: ours; 0: the greater bytes of a value count. */
  readonly order: number;
  /** What a value says, whatever way it is written in: values are equal where this is. */
  readonly meaningOf: (value: string) => string;
  /** Fields that mean one thing, and win or lose together. */
  readonly together: readonly (readonly string[])[];
  /** Merges two different values in a way of their own, as times, sets and objects do; undefined where they are whole. */
  readonly merge: (name: string, tokens: Tokens, losses: Loss[]) => string | undefined;
  /** Says whether a value that gives way is lost. One that follows from other values is not. */
  readonly isLoss: (name: string, lost: string, kept: string | undefined, loser: 'ours' | 'theirs') => boolean;
  /** What a field is called among the losses. */
  readonly pathOf: (name: string) => string;
}

/** The one merge of fields, three ways. Swapping ours and theirs changes nothing. What loses is added to `losses`. */
export function mergeFields(sides: Sides<Fields>, policy: MergePolicy, losses: Loss[]): Map<string, string> {
  const merged = new Map<string, string>();
  const groupOf = new Map(policy.together.flatMap((group) => group.map((name) => [name, group])));
  for (const name of new Set([...sides.ours.keys(), ...sides.theirs.keys()])) {
    const group = groupOf.get(name);
    const value =
      group === undefined
        ? mergeField(name, tokensAt(sides, name), policy, losses)
        : mergeInGroup(name, group, sides, policy, losses);
    if (value !== undefined) merged.set(name, value);
  }
  return merged;
}

/** The rule of one field: the side that changed it; where both did, the one updated later, then the greater bytes. */
function mergeField(name: string, tokens: Tokens, policy: MergePolicy, losses: Loss[]): string | undefined {
  const { base, ours, theirs } = tokens;
  if (isSame(ours, theirs, policy)) return eitherText(tokens);
  const merged = policy.merge(name, tokens, losses);
  if (merged !== undefined) return merged;
  if (!areBothChanged(tokens, policy)) return isSame(ours, base, policy) ? theirs : ours;
  return keep(name, tokens, oursWins(ours, theirs, policy), policy, losses);
}

/** The rule of a group: that of a field, with all its values as one. */
function mergeInGroup(
  name: string,
  group: readonly string[],
  sides: Sides<Fields>,
  policy: MergePolicy,
  losses: Loss[],
): string | undefined {
  const isSameIn = (a: Fields, b: Fields): boolean => group.every((each) => isSame(a.get(each), b.get(each), policy));
  const { base, ours, theirs } = sides;
  const tokens = tokensAt(sides, name);
  if (isSameIn(ours, theirs)) return eitherText(tokens);
  if (isSameIn(theirs, base)) return ours.get(name);
  if (isSameIn(ours, base)) return theirs.get(name);
  const whole = (side: Fields): string =>
    group
      .map((each) => side.get(each))
      .map((value) => (value === undefined ? '' : policy.meaningOf(value)))
      .join(',');
  const inGroup = { order: policy.order, meaningOf: (all: string) => all };
  return keep(name, tokens, oursWins(whole(ours), whole(theirs), inGroup), policy, losses);
}

/** A member that one side took away is no value that could be lost. */
function keep(
  name: string,
  { base, ours, theirs }: Tokens,
  isOurs: boolean,
  policy: MergePolicy,
  losses: Loss[],
): string | undefined {
  const [kept, lost] = isOurs ? [ours, theirs] : [theirs, ours];
  if (
    lost !== undefined &&
    !isSame(lost, kept, policy) &&
    policy.isLoss(name, lost, kept, isOurs ? 'theirs' : 'ours')
  ) {
    losses.push({ field: policy.pathOf(name), base: base ?? null, kept: kept ?? null, lost });
  }
  return kept;
}

/** Says whether two values are the same, or both are missing. */
export function isSame(
  a: string | undefined,
  b: string | undefined,
  { meaningOf }: Pick<MergePolicy, 'meaningOf'>,
): boolean {
  return a === b || (a !== undefined && b !== undefined && meaningOf(a) === meaningOf(b));
}

/** Of two texts that say the same: the one that is not the base's, else the greater one. */
export function eitherText<T extends string | undefined>({ base, ours, theirs }: Sides<T>): T {
  if (ours === base || theirs === base) return ours === base ? theirs : ours;
  return isGreater(ours ?? '', theirs ?? '') ? ours : theirs;
}

/** Says whether both sides changed a value. */
export function areBothChanged({ base, ours, theirs }: Tokens, policy: Pick<MergePolicy, 'meaningOf'>): boolean {
  return !isSame(ours, base, policy) && !isSame(theirs, base, policy);
}

/** What decides between two values. */
export type Contest = Pick<MergePolicy, 'order' | 'meaningOf'>;

/** Says whether ours wins where both sides changed a value. */
export function oursWins(ours: string | undefined, theirs: string | undefined, contest: Contest): boolean {
  const { order, meaningOf } = contest;
  const meaning = (value: string | undefined): string => (value === undefined ? '' : meaningOf(value));
  return order === 0 ? isGreater(meaning(ours), meaning(theirs)) : order > 0;
}
