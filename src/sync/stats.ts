import type { Registry } from '../registry/entity.js';
import type { TypeIn } from '../registry/record-of.js';

/** Something counted for each entity, by its type tag, and for all together. Where only the registry's shape is known, no tag is. */
export type ByEntity<Counts, R extends Registry = Registry> = Readonly<
  Record<'total' | (string extends TypeIn<R> ? never : TypeIn<R>), Counts>
>;

/** Adds up counts by type while an operation runs. */
export class Tally<Counts extends Readonly<Record<string, number>>> {
  readonly #counts = new Map<string, Record<string, number>>();

  constructor(registry: Registry, zero: Counts) {
    for (const type of [...registry.entities.map((entity) => entity.type), 'total'])
      this.#counts.set(type, { ...zero });
  }

  add(type: string, name: keyof Counts & string, amount = 1): void {
    this.#add(type, name, amount);
    this.#add('total', name, amount);
  }

  #add(type: string, name: string, amount: number): void {
    const counts = this.#counts.get(type);
    if (counts !== undefined) counts[name] = (counts[name] ?? 0) + amount;
  }

  /** The counts as they are now, keyed by type tag. */
  result(): ByEntity<Counts> {
    const counts = [...this.#counts].map(([type, of]) => [type, { ...of }] as const);
    return Object.fromEntries(counts) as unknown as ByEntity<Counts>;
  }
}
