import { joinMembers } from '../record/content.js';
import { quote, scanArray, scanObject } from '../record/json.js';
import type { Member } from '../record/json.js';
import type { Loss } from './loss.js';
import { oursWins } from './field.js';
import { HASH, isVolatile, mergeMembers, policyOfNames } from './policy.js';
import { compareTimes } from '../record/time.js';

/** The fields that say when a record was last changed, the first one that a record has. */
const UPDATED = ['updated_at', 'updatedAt', 'modified_at', 'modifiedAt', 'last_modified', 'updated'];

/** Merges two lines of one record that differ, field by field. Throws `JsonError` where one cannot be read. */
export function mergeLine(
  base: string | undefined,
  ours: string,
  theirs: string,
  together: readonly (readonly string[])[],
): { readonly line: string; readonly losses: readonly Loss[] } {
  const sides = {
    base: base === undefined ? [] : scanObject(base),
    ours: scanObject(ours),
    theirs: scanObject(theirs),
  };
  const policy = policyOfNames(compareUpdated(sides.ours, sides.theirs), together);
  const losses: Loss[] = [];
  const merged = mergeMembers(sides, policy, losses);
  const isOursFirst = oursWins(joinMembers(sides.ours), joinMembers(sides.theirs), policy);
  const candidates = [
    { raw: ours, members: sides.ours },
    { raw: theirs, members: sides.theirs },
  ];
  for (const { raw, members } of isOursFirst ? candidates : candidates.reverse()) {
    if (!saysSame(merged, members)) continue;
    // What the fields say is this side's, and so its hash is right.
    const whole = withHashesOf(merged, members);
    if (sorted(whole) === sorted(members)) return { line: raw, losses };
    return { line: render(whole, raw), losses };
  }
  return { line: render(merged, isOursFirst ? ours : theirs), losses };
}

function compareUpdated(ours: readonly Member[], theirs: readonly Member[]): number {
  const [o, t] = [new Map(ours), new Map(theirs)];
  const name = UPDATED.find((known) => o.has(known) || t.has(known));
  return name === undefined ? 0 : compareTimes(o.get(name), t.get(name));
}

function saysSame(a: readonly Member[], b: readonly Member[]): boolean {
  const said = (members: readonly Member[]): string => sorted(members.filter(([name]) => !isVolatile(name)));
  return said(a) === said(b);
}

function sorted(members: readonly Member[]): string {
  return joinMembers([...members].sort(([a], [b]) => (a < b ? -1 : 1)));
}

function withHashesOf(members: readonly Member[], side: readonly Member[]): Member[] {
  const own = new Map(side);
  return members.map(([name, token]) => [name, HASH.test(name) ? (own.get(name) ?? token) : token]);
}

/** A line in the style of another one: as short as it can be, or with spaces after colons and commas. */
function render(members: readonly Member[], like: string): string {
  const isSpaced = /^\{\s*"(?:[^"\\]|\\.){0,200}": /.test(like);
  return isSpaced ? spaced(`{${joinMembers(members)}}`) : `{${joinMembers(members)}}`;
}

function spaced(token: string): string {
  if (token.startsWith('{')) {
    return `{${scanObject(token)
      .map(([name, value]) => `${quote(name)}: ${spaced(value)}`)
      .join(', ')}}`;
  }
  return token.startsWith('[') ? `[${scanArray(token).map(spaced).join(', ')}]` : token;
}
