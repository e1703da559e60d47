import { sameContent } from '../../record/content.js';
import type { Content } from '../../record/content.js';
import { isDeleted, saySame } from '../../record/version.js';
import type { Deleted } from '../../record/version.js';
import type { Outcome, SeenLine } from '../../store/knowledge/outcomes.js';
import type { ImportContext } from './context.js';
import type { RecordPlan } from './plan-record.js';
import { MergeStrategy } from './plan.js';

/** What becomes known of a record: versions and base. One that is not the same in the files and the database, or is private, is left dirty. */
export function outcomeOf(
  context: ImportContext,
  { record, plan, seen, isUncommitted }: RecordPlan,
  {
    result,
    isWritten,
    derived,
  }: Pick<Outcome, 'derived'> & {
    readonly result: Content | Deleted;
    /** A row is written with it. */
    readonly isWritten: boolean;
  },
): Outcome {
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
  const taken: SeenLine[] = found.flatMap(({ raw }) => (raw === base ? [] : [{ line: raw, own: isUncommitted }]));
  const isNoted = version !== undefined && versionLine !== undefined;
  // What no file says as it is, a line that was edited by hand for example, is for this database to write.
  const isDerived = isNoted && !found.some(({ raw }) => raw === versionLine);
  if (isDerived && versionLine !== base) taken.push({ line: versionLine, own: true });
  const isReplaced =
    isNoted && moves && baseEntry !== undefined && baseEntry.line !== '' && baseEntry.line !== versionLine;
  if (isReplaced) taken.push(baseEntry);
  const isDirty = context.changed.has(`${key.type}/${key.id}`) || record.lastChange > (baseEntry?.seq ?? 0);
  if (isNoted) for (const { raw, file } of found) if (raw !== base || found.length > 1) context.unsettled.add(file);
  return {
    key,
    isChanged: isWritten || (isNoted && !isAgreed && (before === undefined || !isDirty)),
    seen: taken,
    base:
      isNoted && moves
        ? {
            deleted: isDeleted(version),
            stamp: version.stamp,
            line: versionLine,
            own: seen?.own ?? (isDerived || isUncommitted),
            seq: isAgreed ? undefined : (baseEntry?.seq ?? 0),
          }
        : undefined,
    derived,
  };
}
