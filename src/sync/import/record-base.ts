import { sameContent } from '../../record/content.js';
import type { Content } from '../../record/content.js';
import { isDeleted, saySame } from '../../record/version.js';
import type { Deleted } from '../../record/version.js';
import { digestOf } from '../../record/json.js';
import { writeBase } from '../../store/knowledge/base.js';
import { lastChange } from '../../store/knowledge/changes.js';
import { addSeen } from '../../store/knowledge/seen.js';
import type { ImportContext } from './context.js';
import type { RecordPlan } from './plan-record.js';
import { MergeStrategy } from './plan.js';

/** Remembers versions and base; a record that is not the same in the files and the database, or is private, is left dirty. */
export function recordBase(
  context: ImportContext,
  { record, plan, seen, isUncommitted }: RecordPlan,
  result: Content | Deleted,
): void {
  const { sql, target } = context;
  const { key, found, lines, tombstones, version, versionLine, baseEntry, row, state: before } = record;
  const isAgreed =
    version !== undefined &&
    found.length === 1 &&
    (isDeleted(result)
      ? tombstones[0] !== undefined && saySame(tombstones[0], result)
      : lines.length === 1 &&
        version.raw !== undefined &&
        !isDeleted(version) &&
        sameContent(version.content, result) &&
        plan.restamp !== true &&
        (before === undefined || !record.isRestamped) &&
        ![row, result].some((content) => content !== undefined && context.isPrivate(content)));
  const isNews = seen === undefined && (baseEntry === undefined || (version?.stamp ?? 0) > baseEntry.stamp);
  const moves = isNews || isAgreed || context.strategyFor(key.id) === MergeStrategy.PreferExternal;
  const base = version !== undefined && moves ? versionLine : baseEntry?.line;
  for (const { raw } of found) if (raw !== base) addSeen(sql, digestOf(raw), isUncommitted);
  if (version === undefined || versionLine === undefined) return;
  // What no file says as it is, a line that was edited by hand for example, is for this database to write.
  const isDerived = !found.some(({ raw }) => raw === versionLine);
  if (isDerived && versionLine !== base) addSeen(sql, digestOf(versionLine), true);
  if (moves) {
    const own = seen?.own ?? (isDerived || isUncommitted);
    const seq = isAgreed ? 'now' : (baseEntry?.seq ?? 0);
    const entry = { deleted: isDeleted(version), stamp: version.stamp, line: versionLine, own, seq } as const;
    writeBase(sql, target, key, entry, baseEntry);
  }
  if (!isAgreed && (before === undefined || lastChange(sql, key) <= (baseEntry?.seq ?? 0))) context.markChanged(key);
  for (const { raw, file } of found) if (raw !== base || found.length > 1) context.unsettled.add(file);
}
