import type { Loss } from '../../src/merge/loss.js';
import { shapeOf } from './record-shapes.js';
import { stringsIn } from './simulated-database.js';
import type { State, States } from './simulated-database.js';

/** Names a followed field of a record; `*` stands for its deletions. */
export function slotOf(key: string, field: string): string {
  return `${key} ${field}`;
}

/** The field that says where a record lies; a record can be put where it was before, so its values are not unique. */
export const PLACE = 'session_id';

/** A deletion, with the values of the record's fields that its author knew. */
export interface KnownDeletion {
  readonly key: string;
  readonly by: string | undefined;
  readonly known: ReadonlyMap<string, ReadonlySet<string>>;
}

/** What one user has seen, by slot. */
export type Known = Map<string, Set<string>>;

/** Every value that an edit wrote, and which values its author had seen of the same field: who overwrote what knowingly. */
export class Knowledge {
  /** By slot and value: the values in its causal past. */
  readonly pasts = new Map<string, Map<string, ReadonlySet<string>>>();
  readonly deletions: KnownDeletion[] = [];
  /** `slot value` of elements that somebody removed. */
  readonly removed = new Set<string>();
  /** Those among them of which a commit with the removal was thrown away: they may return. */
  readonly takenBack = new Set<string>();
  /** Records with a change to something that is not followed. */
  readonly touched = new Set<string>();

  /** A user writes a value. */
  wrote(known: Known, key: string, field: string, value: string): void {
    const past = new Set([...(known.get(slotOf(key, field)) ?? []), ...(known.get(slotOf(key, '*')) ?? [])]);
    this.note(slotOf(key, field), value, past);
  }

  /** A value was written over others, by whatever way. */
  note(slot: string, value: string, past: ReadonlySet<string>): void {
    const values = this.pasts.get(slot) ?? new Map<string, ReadonlySet<string>>();
    values.set(value, past);
    this.pasts.set(slot, values);
  }

  /** Somebody threw commits away: elements that are back in the files may stay there. */
  takeBack(lines: readonly { readonly type: string; readonly id: string; readonly raw: string }[]): void {
    for (const { type, id, raw } of lines)
      for (const value of valuesInLoss(type, id, { field: null, base: null, kept: null, lost: raw }))
        if (this.removed.has(value)) this.takenBack.add(value);
  }

  pastOf(slot: string, value: string): ReadonlySet<string> {
    return this.pasts.get(slot)?.get(value) ?? new Set();
  }

  /** A user looks at the database: what stands there, and all that went into it, is known now. */
  learn(known: Known, before: States, after: States): void {
    for (const [key, state] of after) {
      if (sameState(state, before.get(key))) continue;
      for (const [field, values] of valuesOf(state)) {
        const slot = slotOf(key, field);
        const seen = known.get(slot) ?? new Set<string>();
        for (const value of values) {
          if (seen.has(value)) continue;
          seen.add(value);
          for (const past of this.pastOf(slot, value)) seen.add(past);
        }
        known.set(slot, seen);
      }
    }
  }
}

function sameState(a: State, b: State | undefined): boolean {
  return b !== undefined && JSON.stringify([...valuesOf(a)]) === JSON.stringify([...valuesOf(b)]);
}

function valuesOf(state: State): ReadonlyMap<string, readonly string[]> {
  if (state.kind === 'present') {
    return state.session === undefined ? state.values : new Map([...state.values, [PLACE, [state.session]]]);
  }
  return new Map([['*', state.by === undefined ? [] : [state.by]]]);
}

/** The followed values that a journal entry keeps, as `slot value`. */
export function valuesInLoss(type: string, id: string, { field, lost }: Loss): readonly string[] {
  const key = `${type}/${id}`;
  if (field !== null) return valuesInToken(type, field, lost).map((value) => `${slotOf(key, field)} ${value}`);
  const record = JSON.parse(lost) as Readonly<Record<string, unknown>>;
  return Object.entries(record).flatMap(([name, value]) =>
    valuesInToken(type, name, JSON.stringify(value)).map((text) => `${slotOf(key, name)} ${text}`),
  );
}

function valuesInToken(type: string, field: string, token: string): readonly string[] {
  const shape = shapeOf(type);
  const value: unknown = JSON.parse(token);
  if (shape.set?.field === field) {
    if (Array.isArray(value)) return value.map(String);
    return typeof value === 'string' ? stringsIn(value) : [];
  }
  const isFollowed = shape.scalars.includes(field) || shape.group?.column === field;
  return isFollowed && typeof value === 'string' ? [value] : [];
}
