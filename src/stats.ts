import type { Registry } from './registry/entity.js';
import type { EntityType } from './registry/savecontext.js';

/** Something counted for each entity, by its type tag, and for all together. */
export type ByEntity<Counts, Type extends string = EntityType> = Readonly<Record<Type | 'total', Counts>>;

/** Adds up counts by type while an operation runs. */
export class Tally<Counts extends Readonly<Record<string, number>>> {
  readonly #counts: Record<string, Record<string, number>> = {};

  constructor(registry: Registry, zero: Counts) {
    for (const type of [...registry.entities.map((entity) => entity.type), 'total']) this.#counts[type] = { ...zero };
  }

  add(type: string, name: keyof Counts & string, amount = 1): void {
    for (const counts of [this.#counts[type], this.#counts['total']]) {
      if (counts !== undefined) counts[name] = (counts[name] ?? 0) + amount;
    }
  }

  /** The counts as they are now, keyed by type tag. */
  result(): ByEntity<Counts> {
    return structuredClone(this.#counts) as unknown as ByEntity<Counts>;
  }
}
