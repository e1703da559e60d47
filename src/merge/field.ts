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

/** The values of one field; undefined where a side has none. */
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
export function mergeField(name: string, tokens: Tokens, policy: MergePolicy, losses: Loss[]): string | undefined {
  const { ours, theirs } = tokens;
  if (ours === theirs) return ours;
  const merged = policy.merge(name, tokens, losses);
  if (merged !== undefined) return merged;
  if (!areBothChanged(tokens)) return ours === tokens.base ? theirs : ours;
  const isOurs = oursWins(ours ?? '', theirs ?? '', policy);
  return keep(name, tokens, isOurs, policy, losses);
}

/** The rule of a group: that of a field, with all its values as one. */
function mergeInGroup(
  name: string,
  group: readonly string[],
  sides: Sides<Fields>,
  policy: MergePolicy,
  losses: Loss[],
): string | undefined {
  const isSame = (a: Fields, b: Fields): boolean => group.every((each) => a.get(each) === b.get(each));
  const { base, ours, theirs } = sides;
  if (isSame(theirs, base)) return ours.get(name);
  if (isSame(ours, base) || isSame(ours, theirs)) return theirs.get(name);
  const whole = (side: Fields): string => group.map((each) => side.get(each) ?? '').join(',');
  return keep(name, tokensAt(sides, name), oursWins(whole(ours), whole(theirs), policy), policy, losses);
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
  if (lost !== undefined && lost !== kept && policy.isLoss(name, lost, kept, isOurs ? 'theirs' : 'ours')) {
    losses.push({ field: policy.pathOf(name), base: base ?? null, kept: kept ?? null, lost });
  }
  return kept;
}

/** Says whether both sides changed a value. */
export function areBothChanged({ base, ours, theirs }: Tokens): boolean {
  return ours !== base && theirs !== base;
}

/** Says whether ours wins where both sides changed a value. */
export function oursWins(ours: string, theirs: string, { order }: Pick<MergePolicy, 'order'>): boolean {
  return order === 0 ? isGreater(ours, theirs) : order > 0;
}
