import type { Clone } from './clone.js';
import { shapeOf } from './record-shapes.js';
import { touch } from './row-operations.js';
import type { World } from './world.js';

export function link(world: World, clone: Clone, pick: number): void {
  const owners = world.present(clone, ({ type }) => type === 'issue' || type === 'checkpoint');
  const owner = owners[pick % owners.length];
  if (owner === undefined) return;
  const wanted = owner.type === 'issue' ? 'issue' : 'context_item';
  const others = world.present(clone, (state) => state.type === wanted && state.id !== owner.id);
  const other = others[pick % others.length];
  if (other === undefined) return;
  world.looking(clone, () => {
    if (owner.type === 'issue') {
      clone.database.run(
        `INSERT INTO issue_dependencies (id, issue_id, depends_on_id, created_at) VALUES (?, ?, ?, ?) ON CONFLICT DO NOTHING`,
        world.fresh('dep'),
        owner.id,
        other.id,
        world.now(clone),
      );
    } else {
      clone.database.run(
        `INSERT INTO checkpoint_items (id, checkpoint_id, context_item_id, group_order) VALUES (?, ?, ?, ?)`,
        world.fresh('cpitem'),
        owner.id,
        other.id,
        pick % 5,
      );
    }
    touch(world, clone, owner);
  });
  world.say(clone, `link ${owner.id} to ${other.id}`);
}

export function unlink(world: World, clone: Clone, pick: number): void {
  const [table, owner, target] =
    pick % 2 === 0
      ? (['issue_dependencies', 'issue_id', 'depends_on_id'] as const)
      : (['checkpoint_items', 'checkpoint_id', 'context_item_id'] as const);
  const links = clone.database.all(`SELECT ${owner}, ${target} FROM ${table} ORDER BY 1, 2`);
  const link = links[pick % links.length];
  if (link === undefined) return;
  world.knowledge.touched.add(`${owner === 'issue_id' ? 'issue' : 'checkpoint'}/${String(link[0])}`);
  world.looking(clone, () => {
    clone.database.run(`DELETE FROM ${table} WHERE ${owner} = ? AND ${target} = ?`, ...link);
  });
  world.say(clone, `unlink ${String(link[0])} from ${String(link[1])}`);
}

export function refer(world: World, clone: Clone, pick: number): void {
  const [from, column, to] =
    pick % 2 === 0 ? (['issue', 'plan_id', 'plan'] as const) : (['plan', 'session_id', 'session'] as const);
  const owners = world.present(clone, ({ type }) => type === from);
  const others = world.present(clone, ({ type }) => type === to);
  const [owner, other] = [owners[pick % owners.length], others[pick % others.length]];
  if (owner === undefined) return;
  const value = pick % 5 === 0 ? null : (other?.id ?? null);
  world.looking(clone, () => {
    clone.database.run(`UPDATE ${shapeOf(from).table} SET ${column} = ? WHERE id = ?`, value, owner.id);
    touch(world, clone, owner);
  });
  world.say(clone, `edit ${owner.id} ${column} -> ${value ?? 'null'}`);
}
