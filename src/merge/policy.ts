import { joinMembers } from '../record/content.js';
import type { Content } from '../record/content.js';
import { scanObject } from '../record/json.js';
import type { Member } from '../record/json.js';
import { compareIntegers } from '../record/numbers.js';
import { compareTimes, isTime } from '../record/time.js';
import type { SetTable } from '../registry/entity.js';
import type { Loss } from './loss.js';
import { areBothChanged, mapSides, mergeField, mergeFields, oursWins } from './field.js';
import type { MergePolicy, Sides } from './field.js';
import { inOneOrder, mergeArrays, mergeSet, mergeStringArrays } from './set.js';

/** How two contents of an entity merge: as the registry says. */
export function policyOfContents(ours: Content, theirs: Content, order: number): MergePolicy {
  const { entity } = ours;
  const unsaid = { ours: new Set(ours.unsaid), theirs: new Set(theirs.unsaid) };
  // Where both sides say the same of the core fields, only what goes with them can be in question.
  const isOpen = (index: number): boolean => index >= entity.coreCount || ours.tokens[index] !== theirs.tokens[index];
  const inQuestion = (group: readonly number[]): readonly number[] =>
    group.some((index) => index < entity.coreCount && isOpen(index)) ? group : group.filter(isOpen);
  const fieldOf = (name: string) => entity.synced[entity.indexOf.get(name) ?? -1]?.field;
  const nameAt = (index: number): string => entity.synced[index]?.name ?? '';
  const policy: MergePolicy = {
    order,
    together: entity.groups.map((group) => inQuestion(group).map(nameAt)),
    pathOf: (name) => name,
    isLoss(name, _lost, _kept, loser) {
      const field = fieldOf(name);
      const isCount = field?.kind === 'integer' && field.countOf !== undefined;
      return !isCount && !unsaid[loser].has(entity.indexOf.get(name) ?? -1);
    },
    merge(name, tokens, losses) {
      const { base = null, ours = 'null', theirs = 'null' } = tokens;
      if (name === entity.created) return compareIntegers(ours, theirs) < 0 ? ours : theirs;
      if (name === entity.updated) return compareIntegers(ours, theirs) > 0 ? ours : theirs;
      const field = fieldOf(name);
      if (field?.kind === 'set') {
        const { token, lost } = mergeSet(field.set, tokens, policyOfElements(field.set, order));
        for (const element of lost) losses.push({ field: name, base, kept: token, lost: element });
        return token;
      }
      const isArray = field?.kind === 'text' && field.stringArray === true && areBothChanged(tokens);
      return isArray ? mergeStringArrays(tokens, policy) : undefined;
    },
  };
  return policy;
}

/** How the columns of a set's elements merge: an element was there from when it was first added. */
function policyOfElements(table: SetTable, order: number): MergePolicy {
  return {
    order,
    together: [],
    pathOf: (name) => name,
    isLoss: () => true,
    merge(name, { ours = 'null', theirs = 'null' }) {
      if (name !== 'created_at' || table.element[name]?.kind !== 'integer') return undefined;
      return compareIntegers(ours, theirs) < 0 ? ours : theirs;
    },
  };
}

/** Times of the last change or of writing: the later one, and never a conflict. */
const TOUCHED = /^(?:updated|modified|exported|synced|last_modified|last_updated)(?:_?at)?$/i;
/** Sums of the rest: never a conflict. */
export const HASH = /(?:^|_)(?:hash|checksum|digest|etag)$|[a-z](?:Hash|Checksum)$/;
/** When a record was made: the earlier one. */
const CREATED = /^created(?:_?at)?$/i;

/** Says whether a field says nothing of its own: it follows from the others, or from when they were written. */
export function isVolatile(name: string): boolean {
  return TOUCHED.test(name) || HASH.test(name);
}

/** How the lines of another program merge: its fields are known by their names and values alone. */
export function policyOfNames(
  order: number,
  together: readonly (readonly string[])[],
  pathOf: (name: string) => string = (name) => name,
): MergePolicy {
  const policy: MergePolicy = {
    order,
    together,
    pathOf,
    isLoss: (name, lost, kept) => !isNoLoss(name, kept === undefined ? [lost] : [lost, kept]),
    merge(name, tokens, losses) {
      const { base, ours, theirs } = tokens;
      if (ours === undefined || theirs === undefined || !areBothChanged(tokens)) return undefined;
      const time = TOUCHED.test(name) || CREATED.test(name) ? compareTimes(ours, theirs) : 0;
      if (time !== 0) return time > 0 === TOUCHED.test(name) ? ours : theirs;
      const path = pathOf(name);
      if (ours.startsWith('{') && theirs.startsWith('{')) {
        const members = mapSides(tokens, (token) => (token?.startsWith('{') === true ? scanObject(token) : []));
        return `{${joinMembers(
          mergeMembers(
            members,
            policyOfNames(order, [], (member) => `${path}.${member}`),
            losses,
          ),
        )}}`;
      }
      if (!ours.startsWith('[') || !theirs.startsWith('[')) return undefined;
      const ofElements = policyOfNames(order, [], (key) => `${path}[${key}]`);
      return mergeArrays({ base, ours, theirs }, policy, (key, element) =>
        mergeField(key, element, ofElements, losses),
      );
    },
  };
  return policy;
}

/** Merges the members of objects, in the order of the winner. */
export function mergeMembers(sides: Sides<readonly Member[]>, policy: MergePolicy, losses: Loss[]): Member[] {
  const { ours, theirs } = sides;
  const merged = mergeFields(
    mapSides(sides, (members) => new Map(members)),
    policy,
    losses,
  );
  const [first, second] = oursWins(joinMembers(ours), joinMembers(theirs), policy) ? [ours, theirs] : [theirs, ours];
  const namesOf = (members: readonly Member[]): string[] => members.map(([name]) => name);
  return inOneOrder(namesOf(first), namesOf(second)).flatMap((name): Member[] => {
    const token = merged.get(name);
    return token === undefined ? [] : [[name, token]];
  });
}

/** Says whether a value that gives way to another one is no loss: a time among times, a sum among sums. Names alone may deceive. */
function isNoLoss(name: string, both: readonly string[]): boolean {
  if (TOUCHED.test(name) || CREATED.test(name)) return both.every(isTime);
  return HASH.test(name) && both.every((token) => /^(?:"[^\s"]*"|\d+)$/.test(token));
}
