import { sameContent } from '../record/content.js';
import type { Content } from '../record/content.js';
import { isDeleted, saySame } from '../record/version.js';
import type { Deleted } from '../record/version.js';
import { addSeen, writeBase, writeBaseAtLastChange } from '../store/knowledge/base.js';
import { awaitsNewStamp } from '../store/knowledge/derived.js';
import { lastChange, markChanged } from '../store/knowledge/changes.js';
import type { ImportContext } from './context.js';
import type { Decision } from './decide.js';
import { MergeStrategy } from './plan.js';

/** Remembers versions and base; a record that is not the same in the files and the database, or is private, is left dirty. */
export function recordBase(
  context: ImportContext,
  { record, plan, wasSeen, isUncommitted }: Decision,
  result: Content | Deleted,
): void {
  const { sql, target } = context;
  const { key, found, lines, tombstones, version, versionLine, baseEntry, row, state: before } = record;
  for (const { raw } of found) addSeen(sql, raw, isUncommitted);
  if (version === undefined || versionLine === undefined) return;
  // What no file says as it is, a line that was edited by hand for example, is for this database to write.
  if (!found.some(({ raw }) => raw === versionLine)) addSeen(sql, versionLine, true);
  const isAgreed = isDeleted(result)
    ? found.length === 1 && tombstones[0] !== undefined && saySame(tombstones[0], result)
    : found.length === 1 &&
      lines.length === 1 &&
      version.raw !== undefined &&
      !isDeleted(version) &&
      sameContent(version.content, result) &&
      plan.restamp !== true &&
      (before === undefined || !awaitsNewStamp(sql, key)) &&
      ![row, result].some((content) => content !== undefined && context.isPrivate(content));
  const isNews = !wasSeen && (baseEntry === undefined || version.stamp > baseEntry.stamp);
  const moves = isNews || isAgreed || context.strategyFor(key.id) === MergeStrategy.PreferExternal;
  const entry = { deleted: isDeleted(version), stamp: version.stamp, line: versionLine };
  if (isAgreed) {
    writeBaseAtLastChange(sql, target, key, entry);
  } else {
    if (moves) writeBase(sql, target, key, { ...entry, seq: baseEntry?.seq ?? 0 });
    if (before === undefined || lastChange(sql, key) <= (baseEntry?.seq ?? 0)) markChanged(sql, key, target.project);
  }
  const base = moves ? versionLine : baseEntry?.line;
  for (const { raw, file } of found) if (raw !== base || found.length > 1) context.unsettled.add(file);
}
