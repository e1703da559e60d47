import fc from 'fast-check';

import type { Loss } from '../../src/merge/loss.js';
import { elementKey, elementsOf, fallbackToken, joinMembers } from '../../src/record/content.js';
import { setToken } from '../../src/record/elements.js';
import type { Content } from '../../src/record/content.js';
import type { Entity } from '../../src/registry/entity.js';
import type { Field } from '../../src/registry/field.js';
import { contentOf, variantOf } from '../record/arbitraries.js';

/** What is known of one record, and what a line of the reference program says of it, which has core fields alone. */
export interface SilentCase {
  readonly base: Content;
  readonly ours: Content;
  readonly silent: Content;
}

/** Versions of one record: each field is often the base's, and the line often says what ours says. */
export function silentCase(entity: Entity, id: string): fc.Arbitrary<SilentCase> {
  return contentOf(entity, id)
    .chain((base) => fc.tuple(fc.constant(base), variantOf(base, 2)))
    .chain(([base, ours]) =>
      fc
        .oneof(variantOf(base, 2), variantOf(ours, 2), fc.constant(ours))
        .map((silent) => ({ base, ours, silent: { ...silent, unknown: [] } })),
    );
}

/**
 * What is wrong with fields of a result that the line says nothing of. They are those of the first who knows them and whose core
 * fields of the group are the result's; where those are nobody's, they are cleared.
 */
export function wrongFields(result: Content, knowing: readonly Content[]): string[] {
  const { entity } = result;
  const wrong = entity.synced.slice(entity.coreCount).flatMap(({ name, index }) => {
    const group = entity.groups.find((places) => places.includes(index)) ?? [];
    const core = group.filter((place) => place < entity.coreCount);
    const known = knowing.find(({ tokens }) => core.every((place) => tokens[place] === result.tokens[place]));
    const expected = known?.tokens[index] ?? fallbackToken(entity, index);
    const found = result.tokens[index] ?? '';
    return found === expected ? [] : [`${name}: expected ${expected}, found ${found}`];
  });
  const [expected = '', found] = [knowing[0]?.unknown ?? [], result.unknown].map(joinMembers);
  return found === expected ? wrong : [...wrong, `unknown fields: expected ${expected}, found ${found ?? ''}`];
}

/** Losses of values that the line would have had to say, and cannot: those of nobody who knows the field. */
export function inventedLosses(losses: readonly Loss[], knowing: readonly Content[]): Loss[] {
  return losses.filter(({ field, lost }) =>
    knowing.every(({ entity, tokens }) => {
      const known = entity.synced[entity.indexOf.get(field ?? '') ?? -1];
      return known !== undefined && known.index >= entity.coreCount && !has(known.field, tokens[known.index], lost);
    }),
  );
}

function has(field: Field, token = 'null', lost: string): boolean {
  if (field.kind !== 'set') return token === lost;
  const mine = new Map(
    elementsOf(field.set, token).map((element) => [elementKey(element), setToken(field.set, [element])]),
  );
  return elementsOf(field.set, lost).every(
    (element) => mine.get(elementKey(element)) === setToken(field.set, [element]),
  );
}
