import type { Content } from '../../record/content.js';
import type { FileVersion, Present } from '../../record/version.js';
import type { Entity } from '../../registry/entity.js';
import { isUnknown } from '../../store/knowledge/known.js';
import type { ImportContext } from './context.js';
import { clearDead, readLine } from './load-record.js';
import type { PageEntry } from './page.js';
import { missingParent } from './plan-record.js';

/**
 * Takes a record that is new in every way as its only line has it, since there is nothing to plan. Says false, and does nothing, where
 * anything else is to be decided. To be asked only where no record is private. A first import takes a twentieth less with it.
 */
export function takeNew(context: ImportContext, entity: Entity, entry: PageEntry): boolean {
  const line = onlyLine(context, entity, entry);
  if (line === undefined || !isWhole(context, line.content)) return false;
  const { type, id, stamp, raw } = line;
  const staged = entry.staged[0]?.row ?? null;
  context.add(line.content, undefined);
  context.note(
    {
      key: { type, id },
      isChanged: true,
      seen: [],
      base: { deleted: false, stamp, own: false, line: raw, seq: undefined, staged },
      derived: undefined,
    },
    true,
  );
  return true;
}

/** The line of a record of which there is nothing else, where it says all in the form of the directory. */
function onlyLine(context: ImportContext, entity: Entity, entry: PageEntry): FileVersion<Present> | undefined {
  const { staged, row, isElsewhere, isAbsent, known } = entry;
  const [found] = staged;
  if (found === undefined || staged.length > 1 || row !== undefined || isElsewhere || isAbsent) return undefined;
  if (!isUnknown(known)) return undefined;
  const version = readLine(context, { type: entity.type, id: entry.id }, found);
  if (version === undefined || 'problems' in version || version.kind === 'deleted') return undefined;
  const saysAll = !version.edited && version.form === context.form && version.content.unsaid === undefined;
  return saysAll ? version : undefined;
}

/** Whether the record may be here as it is: nothing that it refers to is deleted, and its parents are here. */
function isWhole(context: ImportContext, content: Content): boolean {
  return clearDead(context, content) === content && missingParent(context, content) === 'here';
}
