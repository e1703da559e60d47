import type { Content } from '../../record/content.js';
import { writePrivateMark } from '../../store/knowledge/private-marks.js';
import type { ImportContext } from './context.js';

/** Says whether a record that was private would not be so any more. */
export function isLetOut({ isPrivate }: ImportContext, before: Content, after: Content): boolean {
  return isPrivate(before) && !isPrivate(after);
}

/** A record that was private stays so, whatever others make of the fields that a rule goes by: it is marked, until somebody here lets it out. */
export function keepPrivate(context: ImportContext, before: Content, after: Content): void {
  if (isLetOut(context, before, after)) markPrivate(context, after);
}

export function markPrivate({ sql }: ImportContext, { entity: { type }, id }: Content): void {
  writePrivateMark(sql, { type, id }, true);
}
