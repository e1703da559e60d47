import type { SqlValue } from '../../src/store/database.js';
import type { Clone } from './clone.js';
import { freeKey, insert, newId } from './insert-operations.js';
import { PLACE, slotOf } from './knowledge.js';
import { groupValue, shapeOf } from './record-shapes.js';
import type { PresentState, State } from './simulated-database.js';
import type { World } from './world.js';

export function edit(world: World, clone: Clone, pick: number, raises: boolean): void {
  const states = world.present(clone);
  const state = states[pick % states.length];
  if (state === undefined) return;
  const { table, scalars, group } = shapeOf(state.type);
  const fields = [...scalars, ...(group === undefined ? [] : [group.column])];
  const field = fields[Math.floor(pick / 7) % fields.length]!;
  if (field === group?.column) {
    writeGroup(world, clone, pick, true, raises);
    return;
  }
  const value = world.fresh('v');
  world.looking(clone, () => {
    wrote(world, clone, state, field, value);
    clone.database.run(`UPDATE ${table} SET ${field} = ? WHERE id = ?`, value, state.id);
    if (raises) raise(world, clone, state);
  });
  world.say(clone, `edit ${state.id} ${field} -> ${value}${raises ? '' : ' (updated_at as it was)'}`);
}

/** Writes all columns that move together: the same number in each, or null in all but the first. */
export function writeGroup(world: World, clone: Clone, pick: number, closes: boolean, raises = true): void {
  const states = world.present(clone, (_, shape) => shape.group !== undefined);
  const state = states[pick % states.length];
  if (state === undefined) return;
  const { table, group } = shapeOf(state.type);
  const value = world.fresh(closes ? 'g' : 'o');
  const numbers = group!.others.map((column): SqlValue => groupValue(column, closes ? world.names : null));
  world.looking(clone, () => {
    wrote(world, clone, state, group!.column, value);
    const columns = [group!.column, ...group!.others].map((column) => `${column} = ?`).join(', ');
    clone.database.run(`UPDATE ${table} SET ${columns} WHERE id = ?`, value, ...numbers, state.id);
    if (raises) raise(world, clone, state);
  });
  world.say(clone, `edit ${state.id} ${group!.column} -> ${value}${raises ? '' : ' (updated_at as it was)'}`);
}

/** An optional field that is not followed, as one null is like another. */
export function unset(world: World, clone: Clone, pick: number): void {
  const columns: Readonly<Record<string, string>> = { session: 'branch', issue: 'description', plan: 'content' };
  const states = world.present(clone, ({ type }) => type in columns);
  const state = states[pick % states.length];
  if (state === undefined) return;
  const column = columns[state.type]!;
  const value = pick % 3 === 0 ? `text ${pick}` : null;
  world.looking(clone, () => {
    clone.database.run(`UPDATE ${shapeOf(state.type).table} SET ${column} = ? WHERE id = ?`, value, state.id);
    touch(world, clone, state);
  });
  world.say(clone, `edit ${state.id} ${column} -> ${value ?? 'null'}`);
}

export function add(world: World, clone: Clone, pick: number): void {
  const states = world.present(clone, (_, shape) => shape.set !== undefined);
  const state = states[pick % states.length];
  if (state === undefined) return;
  const { set } = shapeOf(state.type);
  const element = world.fresh('e');
  world.looking(clone, () => {
    wrote(world, clone, state, set!.field, element);
    writeElement(world, clone, state, element, true);
    raise(world, clone, state);
  });
  world.say(clone, `add ${state.id} ${element}`);
}

export function remove(world: World, clone: Clone, pick: number): void {
  const elementsOf = (state: PresentState): readonly string[] =>
    state.values.get(shapeOf(state.type).set?.field ?? '') ?? [];
  const states = world.present(clone, (state) => elementsOf(state).length > 0);
  const state = states[pick % states.length];
  if (state === undefined) return;
  const elements = elementsOf(state);
  const element = elements[pick % elements.length]!;
  world.knowledge.removed.add(
    `${slotOf(`${state.type}/${state.id}`, shapeOf(state.type).set?.field ?? '')} ${element}`,
  );
  world.looking(clone, () => {
    writeElement(world, clone, state, element, false);
    raise(world, clone, state);
  });
  world.say(clone, `remove ${state.id} ${element}`);
}

function writeElement(world: World, clone: Clone, state: PresentState, element: string, adds: boolean): void {
  const { table, set } = shapeOf(state.type);
  const { database } = clone;
  if (set === undefined) return;
  if ('column' in set) {
    const others = (state.values.get(set.field) ?? []).filter((other) => other !== element);
    const elements = adds ? [...others, element] : others;
    database.run(`UPDATE ${table} SET ${set.column} = ? WHERE id = ?`, JSON.stringify(elements), state.id);
  } else if (!adds) {
    database.run(`DELETE FROM ${set.table} WHERE ${set.owner} = ? AND ${set.element} = ?`, state.id, element);
  } else if (set.table === 'issue_labels') {
    database.run(`INSERT INTO issue_labels (id, issue_id, label) VALUES (?, ?, ?)`, element, state.id, element);
  } else {
    database.run(
      `INSERT INTO ${set.table} (${set.owner}, ${set.element}, added_at) VALUES (?, ?, 1)`,
      state.id,
      element,
    );
  }
}

export function rekey(world: World, clone: Clone, pick: number): void {
  const states = world.present(clone, (_, shape) => shape.keyed === true);
  const state = states[pick % states.length];
  if (state === undefined) return;
  const key = freeKey(world, clone, state.type, state.session, pick);
  if (key === undefined) return;
  world.looking(clone, () => {
    clone.database.run(`UPDATE ${shapeOf(state.type).table} SET key = ? WHERE id = ?`, key, state.id);
    touch(world, clone, state);
  });
  world.say(clone, `edit ${state.id} key -> ${key}`);
}

/** Puts a record under another session. */
export function move(world: World, clone: Clone, pick: number): void {
  const states = world.present(clone, (_, shape) => shape.inSession === true);
  const state = states[pick % states.length];
  const sessions = world.present(clone, ({ type, id }) => type === 'session' && id !== state?.session);
  const session = sessions[Math.floor(pick / 7) % sessions.length]?.id;
  if (state === undefined || session === undefined) return;
  const { table, keyed } = shapeOf(state.type);
  const key = keyed === true ? freeKey(world, clone, state.type, session, pick) : undefined;
  if (keyed === true && key === undefined) return;
  world.looking(clone, () => {
    wrote(world, clone, state, PLACE, session);
    const [columns, values] = key === undefined ? ['', []] : [', key = ?', [key]];
    clone.database.run(`UPDATE ${table} SET session_id = ?${columns} WHERE id = ?`, session, ...values, state.id);
    touch(world, clone, state);
  });
  world.say(clone, `move ${state.id} under ${session}`);
}

export function replace(world: World, clone: Clone, pick: number): void {
  const states = world.present(clone, (_, shape) => shape.keyed === true);
  const state = states[pick % states.length];
  if (state === undefined) return;
  const id = newId(world, state.type);
  deleting(world, clone, () => {
    insert(world, clone, state.type, id, {
      ...(state.session === undefined ? {} : { session: state.session }),
      key: state.key!,
    });
  });
  world.say(clone, `replace ${state.id} by ${id}, same key`);
}

export function deleteRecord(world: World, clone: Clone, pick: number, inSession: boolean): void {
  const states = world.present(clone, (_, shape) => (shape.inSession === true) === inSession);
  const state = states[pick % states.length];
  if (state === undefined) return;
  deleting(world, clone, () => {
    clone.database.run(`DELETE FROM ${shapeOf(state.type).table} WHERE id = ?`, state.id);
  });
}

/** Runs a statement that deletes rows; what vanishes was deleted by this clone's user, at the time of its clock. */
function deleting(world: World, clone: Clone, body: () => void): void {
  const { database } = clone;
  database.fold();
  const before = database.states();
  const stamps = new Map(
    database
      .all(`SELECT type, id, deleted_at FROM scsync_tombstones`)
      .map(([type, id, at]) => [`${String(type)}/${String(id)}`, Number(at)]),
  );
  const known = new Map([...database.known].map(([slot, values]) => [slot, new Set(values)]));
  body();
  database.fold();
  const after = database.states();
  for (const [key, state] of before) {
    if (state.kind === 'deleted' || after.get(key)?.kind === 'present') continue;
    const by = world.schedule.namesAuthors ? world.fresh('del') : undefined;
    world.knowledge.deletions.push({ key, by, known });
    if (by !== undefined) world.knowledge.wrote(known, key, '*', by);
    database.run(
      `UPDATE scsync_tombstones SET deleted_at = ?, deleted_by = ? WHERE type = ? AND id = ?`,
      Math.max(world.now(clone), (stamps.get(key) ?? -Infinity) + 1),
      by ?? null,
      state.type,
      state.id,
    );
    world.say(clone, `delete ${state.id}${by === undefined ? '' : ` (${by})`}`);
  }
  world.knowledge.learn(database.known, before, database.states());
}

/** A change to something that is not followed. */
export function touch(world: World, clone: Clone, state: PresentState): void {
  world.knowledge.touched.add(`${state.type}/${state.id}`);
  raise(world, clone, state);
}

function raise(world: World, clone: Clone, state: PresentState): void {
  const { table, updated } = shapeOf(state.type);
  if (updated === undefined) return;
  clone.database.run(`UPDATE ${table} SET ${updated} = ? WHERE id = ?`, world.now(clone), state.id);
}

export function wrote(
  world: World,
  clone: Clone,
  { type, id }: Pick<State, 'type' | 'id'>,
  field: string,
  value: string,
): void {
  world.knowledge.wrote(clone.database.known, `${type}/${id}`, field, value);
}
