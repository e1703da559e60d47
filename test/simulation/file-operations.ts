import type { Clone } from './clone.js';
import { slotOf } from './knowledge.js';
import { recordLines } from './merge-trees.js';
import { shapeOf } from './record-shapes.js';
import type { World } from './world.js';

export function editFile(world: World, clone: Clone, pick: number): void {
  const entries = recordLines(clone.files()).filter(({ versions }) => versions.length === 1);
  const entry = entries[pick % entries.length];
  const version = entry?.versions[0];
  if (entry === undefined || version === undefined) return;
  const { scalars, updated } = shapeOf(entry.type);
  const [field] = scalars;
  const record = JSON.parse(version.raw) as Record<string, unknown>;
  const value = world.fresh('v');
  const slot = slotOf(`${entry.type}/${entry.id}`, field!);
  const before = String(record[field!]);
  world.knowledge.note(slot, value, new Set([before, ...world.knowledge.pastOf(slot, before)]));
  record[field!] = value;
  if (pick % 2 === 1 && updated !== undefined) record[updated] = world.now(clone);
  const files = clone.files();
  clone.write(
    new Map([...files].map(([name, text]) => [name, text.replace(`${version.raw}\n`, `${JSON.stringify(record)}\n`)])),
  );
  world.say(clone, `edit the file: ${entry.id} ${field!} -> ${value}`);
}

/** Somebody deletes a line from a file: that is no deletion of the record. */
export function dropLine(world: World, clone: Clone, pick: number): void {
  const entries = recordLines(clone.files()).filter(
    ({ versions }) => versions.length === 1 && clone.database.lines.has(versions[0]!.raw),
  );
  const entry = entries[pick % entries.length];
  if (entry === undefined) return;
  clone.write(
    new Map([...clone.files()].map(([name, text]) => [name, text.replace(`${entry.versions[0]!.raw}\n`, '')])),
  );
  world.say(clone, `drop the line of ${entry.id}`);
}
