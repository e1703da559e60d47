import type { SqlValue } from '../../src/store/database.js';
import type { Clone } from './clone.js';
import { PLACE } from './knowledge.js';
import { groupValue, shapeOf } from './record-shapes.js';
import { wrote } from './row-operations.js';
import type { World } from './world.js';

export function insertRoot(world: World, clone: Clone, pick: number): void {
  const roots = ['session', 'session', 'issue', 'issue', 'plan', 'memory'];
  const type = roots[pick % roots.length]!;
  const id = newId(world, type);
  const key = type === 'memory' ? freeKey(world, clone, type, undefined, pick) : undefined;
  if (type === 'memory' && key === undefined) return;
  insert(world, clone, type, id, key === undefined ? {} : { key });
  world.say(clone, `insert ${id}${key === undefined ? '' : ` key ${key}`}`);
}

export function insertInSession(world: World, clone: Clone, pick: number): void {
  const sessions = world.present(clone, ({ type }) => type === 'session');
  const session = sessions[pick % sessions.length]?.id;
  if (session === undefined) return;
  const type = pick % 7 === 0 ? 'checkpoint' : 'context_item';
  const key = type === 'context_item' ? freeKey(world, clone, type, session, pick) : undefined;
  if (type === 'context_item' && key === undefined) return;
  const id = newId(world, type);
  insert(world, clone, type, id, key === undefined ? { session } : { session, key });
  world.say(clone, `insert ${id} under ${session}${key === undefined ? '' : ` key ${key}`}`);
}

export function insertAgain(world: World, clone: Clone, pick: number): void {
  const deleted = [...clone.database.states().values()].filter(({ kind }) => kind === 'deleted');
  const state = deleted[pick % deleted.length];
  if (state === undefined) return;
  const { inSession, keyed } = shapeOf(state.type);
  const sessions = world.present(clone, ({ type }) => type === 'session');
  const session = inSession === true ? sessions[pick % sessions.length]?.id : undefined;
  if (inSession === true && session === undefined) return;
  const key = keyed === true ? freeKey(world, clone, state.type, session, pick) : undefined;
  if (keyed === true && key === undefined) return;
  insert(world, clone, state.type, state.id, {
    ...(session === undefined ? {} : { session }),
    ...(key === undefined ? {} : { key }),
  });
  world.say(clone, `insert again ${state.id}${session === undefined ? '' : ` under ${session}`}`);
}

/** Makes a row whose followed fields all have values of their own. */
export function insert(
  world: World,
  clone: Clone,
  type: string,
  id: string,
  parent: { readonly session?: string; readonly key?: string },
): void {
  const { table, scalars, group, updated, required } = shapeOf(type);
  const now = world.now(clone);
  const values = new Map<string, SqlValue>([
    ['id', id],
    ['created_at', now],
    ...Object.entries(required ?? {}),
    ...(parent.session === undefined ? [] : ([['session_id', parent.session]] as const)),
    ...(parent.key === undefined ? [] : ([['key', parent.key]] as const)),
    ...(updated === undefined ? [] : ([[updated, now]] as const)),
  ]);
  world.looking(clone, () => {
    if (parent.session !== undefined) wrote(world, clone, { type, id }, PLACE, parent.session);
    for (const field of scalars) {
      const value = world.fresh('v');
      values.set(field, value);
      wrote(world, clone, { type, id }, field, value);
    }
    if (group !== undefined) {
      const value = world.fresh('g');
      wrote(world, clone, { type, id }, group.column, value);
      values.set(group.column, value);
      for (const column of group.others) values.set(column, groupValue(column, world.names));
    }
    keepingSession(world, clone, parent.session, () => {
      clone.database.run(
        `INSERT OR REPLACE INTO ${table} (${[...values.keys()].join(', ')}) VALUES (${[...values].map(() => '?').join(', ')})`,
        ...values.values(),
      );
    });
  });
}

export function newId(world: World, type: string): string {
  world.names++;
  // Ids do not sort by the time at which they were made.
  return `${shapeOf(type).idPrefix}${(world.names * 617) % 1000}_${world.names}`;
}

export function freeKey(
  world: World,
  clone: Clone,
  type: string,
  session: string | undefined,
  pick: number,
): string | undefined {
  const used = new Set(
    world.present(clone, (state) => state.type === type && state.session === session).map(({ key }) => key),
  );
  return [0, 1, 2].map((step) => `k${(pick + step) % 3}`).find((key) => !used.has(key));
}

/** A trigger of the schema sets a session's time by the machine's clock, which is none of the simulated ones. */
function keepingSession(world: World, clone: Clone, session: string | undefined, body: () => void): void {
  body();
  if (session === undefined) return;
  world.knowledge.touched.add(`session/${session}`);
  clone.database.run(`UPDATE sessions SET updated_at = ? WHERE id = ?`, world.now(clone), session);
}
