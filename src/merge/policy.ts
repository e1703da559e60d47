import type { Content } from '../record/content.js';
import { compareIntegers } from '../record/numbers.js';
import type { SetTable } from '../registry/field.js';
import { areBothChanged } from './field.js';
import type { MergePolicy } from './field.js';
import { mergeSet, mergeStringArrays } from './set.js';
import { compareMoments } from '../record/edit-time.js';
import { CHANGED_AT } from '../registry/entity.js';

/** Canonical tokens are equal where their values are. */
const canonical = (token: string): string => token;

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
    meaningOf: canonical,
    together: entity.groups.map((group) => inQuestion(group).map(nameAt)),
    pathOf: (name) => name,
    isLoss(name, _lost, _kept, loser) {
      const place = entity.indexOf.get(name) ?? -1;
      return !entity.counts.some(({ index }) => index === place) && !unsaid[loser].has(place);
    },
    merge(name, tokens, losses) {
      const { base = null, ours = 'null', theirs = 'null' } = tokens;
      // The time of the last change may stand for that of the creation, where no column has either.
      if (name === entity.created && name !== CHANGED_AT)
        return compareMoments(entity, 'created', ours, theirs) < 0 ? ours : theirs;
      if (name === entity.updated) return compareMoments(entity, 'updated', ours, theirs) > 0 ? ours : theirs;
      const field = fieldOf(name);
      if (field?.kind === 'set') {
        const { token, lost } = mergeSet(field.set, tokens, policyOfElements(field.set, order));
        for (const element of lost) losses.push({ field: name, base, kept: token, lost: element });
        return token;
      }
      const isArray = field?.kind === 'text' && field.stringArray === true && areBothChanged(tokens, policy);
      return isArray ? mergeStringArrays(tokens, policy) : undefined;
    },
  };
  return policy;
}

/** How the columns of a set's elements merge: an element was there from when it was first added. */
function policyOfElements(table: SetTable, order: number): MergePolicy {
  return {
    order,
    meaningOf: canonical,
    together: [],
    pathOf: (name) => name,
    isLoss: () => true,
    merge(name, { ours = 'null', theirs = 'null' }) {
      if (name !== 'created_at' || table.element[name]?.kind !== 'integer') return undefined;
      return compareIntegers(ours, theirs) < 0 ? ours : theirs;
    },
  };
}
