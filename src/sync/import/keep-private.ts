import type { Content } from '../../record/content.js';
import { writePrivateMark } from '../../store/knowledge/private-marks.js';
import type { ImportContext } from './context.js';

/** A record that was private stays so, whatever others make of the fields that a rule goes by: it is marked, until somebody here lets it out. */
export function keepPrivate({ sql, isPrivate }: ImportContext, before: Content, after: Content): void {
  if (!isPrivate(before) || isPrivate(after)) return;
  writePrivateMark(sql, { type: after.entity.type, id: after.id }, true);
}
