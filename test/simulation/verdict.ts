import type { Clone } from './clone.js';
import { PLACE, slotOf } from './knowledge.js';
import type { KnownDeletion } from './knowledge.js';
import { shapeOf } from './record-shapes.js';
import type { State, States } from './simulated-database.js';
import type { World } from './world.js';

/** Looks at clones that have come to rest: are they equal, and is every value that an edit wrote accounted for? */
export function judge(world: World): void {
  const [first, ...others] = world.clones;
  for (const clone of others) {
    world.checks++;
    if (text(clone) !== text(first!)) world.fail('P6', `${clone.name} ends with other files than ${first!.name}`);
  }
  const all = world.clones.map(({ database }) => database.states());
  for (const [index, states] of all.entries()) {
    if (describe(states) !== describe(all[0]!)) world.fail('P6', `c${index} ends with other rows than c0`);
  }
  new Verdict(world, all[0]!).give();
}

function text(clone: Clone): string {
  return JSON.stringify([...clone.files()].filter(([, content]) => content !== ''));
}

function describe(states: States): string {
  return JSON.stringify(
    [...states].map(([key, state]) => [
      key,
      state.kind === 'present'
        ? [...state.values, state.key, state.session, ...state.group.map(String)]
        : [state.at, state.by],
    ]),
  );
}

class Verdict {
  readonly #world: World;
  readonly #states: States;
  readonly #journal: ReadonlySet<string>;
  readonly #deletions = new Map<string, KnownDeletion[]>();

  constructor(world: World, states: States) {
    this.#world = world;
    this.#states = states;
    this.#journal = new Set(world.clones.flatMap((clone) => [...clone.journal]));
    for (const deletion of world.knowledge.deletions) {
      this.#deletions.set(deletion.key, [...(this.#deletions.get(deletion.key) ?? []), deletion]);
    }
  }

  give(): void {
    for (const [slot, values] of this.#world.knowledge.pasts) {
      const [key = '', field = ''] = slot.split(' ');
      if (field === '*' || field === PLACE) continue;
      const overwriters = new Map<string, string[]>();
      for (const [value, past] of values) {
        for (const old of past) overwriters.set(old, [...(overwriters.get(old) ?? []), value]);
      }
      for (const [value, past] of values) this.#value(key, field, value, past, overwriters);
    }
    for (const [key, state] of this.#states) {
      this.#group(key, state);
      this.#place(key, state);
    }
    for (const deletion of this.#world.knowledge.deletions) this.#deletion(deletion);
  }

  #value(
    key: string,
    field: string,
    value: string,
    past: ReadonlySet<string>,
    overwriters: ReadonlyMap<string, readonly string[]>,
  ): void {
    this.#world.checks++;
    const state = this.#states.get(key);
    const slot = slotOf(key, field);
    const wasJournaled = (lost: string): boolean => this.#journal.has(`${slot} ${lost}`);
    const deletions = this.#deletions.get(key) ?? [];
    const wasDeleted = (lost: string): boolean => deletions.some(({ known }) => known.get(slot)?.has(lost) === true);
    if (state === undefined) {
      this.#world.fail('P2', `${key} vanished without a tombstone`);
      return;
    }
    const isHere = state.kind === 'present' && state.values.get(field)?.includes(value) === true;
    if (shapeOf(state.type).set?.field === field) {
      const wasRemoved = this.#world.knowledge.removed.has(`${slot} ${value}`);
      if (isHere && wasRemoved && deletions.length === 0) {
        const what = `${slot} ${value} was removed and came back`;
        if (this.#world.knowledge.takenBack.has(`${slot} ${value}`)) this.#world.limits.push(what);
        else this.#world.fail('P8', what);
      }
      if (!isHere && !wasRemoved && !wasDeleted(value) && !wasJournaled(value)) {
        this.#world.fail('P21', `${slot} ${value} was added and is lost`);
      }
      return;
    }
    const later = overwriters.get(value) ?? [];
    if (!isHere && later.length === 0 && !wasDeleted(value) && !wasJournaled(value)) {
      this.#world.fail('P21', `${slot} ${value} is lost`);
    }
    const newest = later.filter((other) => (overwriters.get(other) ?? []).length === 0);
    const isAccountedFor = (other: string): boolean =>
      wasDeleted(other) || (deletions.length > 0 && wasJournaled(other));
    if (isHere && later.some((other) => !isAccountedFor(other))) {
      const isJournaled = (newest.length > 0 ? newest : later).every(
        (other) => wasJournaled(other) || wasDeleted(other),
      );
      if (!isJournaled) this.#world.fail('P15', `${slot} ${value} beat the causally later ${later.join(', ')}`);
      else this.#world.limits.push(`${slot} ${value} beat the causally later ${later.join(', ')}, which is journaled`);
    }
    const isNamed = state.kind === 'deleted' && state.by?.startsWith('del') === true;
    if (isNamed && past.has(state.by) && !wasDeleted(value)) {
      this.#world.fail('P15', `${key} was made again with ${value}, and deleted by the older ${state.by}`);
    }
  }

  /** Columns that mean one thing together have the values of one edit. */
  #group(key: string, state: State): void {
    if (state.kind === 'deleted' || state.group.length === 0) return;
    const [name, ...others] = state.group.map((value) => (value === null ? null : String(value)));
    const expected = name?.startsWith('g') === true ? name.slice(1) : null;
    const found = others.map((value) => value?.replace('reason ', '') ?? null);
    if (found.some((value) => value !== expected)) {
      this.#world.fail('P21', `${key} mixes ${[name, ...others].map(String).join(', ')}`);
    }
  }

  /** A record that nobody deleted goes only with a session in which somebody has put it last. */
  #place(key: string, state: State): void {
    if (state.kind === 'present' || this.#deletions.has(key)) return;
    const places = this.#world.knowledge.pasts.get(slotOf(key, PLACE)) ?? new Map<string, ReadonlySet<string>>();
    const newest = [...places.keys()].filter(
      (place) => ![...places].some(([other, past]) => other !== place && past.has(place)),
    );
    const last = newest.length > 0 ? newest : [...places.keys()];
    if (last.some((session) => this.#deletions.has(`session/${session}`))) return;
    this.#world.fail('P3', `${key} is deleted, and nobody deleted it or a session that it was in`);
  }

  #deletion({ key, known }: KnownDeletion): void {
    const state = this.#states.get(key);
    if (state?.kind !== 'present') return;
    const { set } = shapeOf(state.type);
    const isOld = [...state.values].every(([field, values]) =>
      values.every((value) => known.get(slotOf(key, field))?.has(value) === true),
    );
    const hadRemovals =
      set !== undefined &&
      [...this.#world.knowledge.removed].some((removed) => removed.startsWith(`${slotOf(key, set.field)} `));
    const { touched } = this.#world.knowledge;
    if (isOld && !hadRemovals && !touched.has(key)) this.#world.fail('P4', `${key} was deleted and came back`);
  }
}
