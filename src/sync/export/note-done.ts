import { digestOf } from '../../record/json.js';
import { isDeleted } from '../../record/version.js';
import type { Version } from '../../record/version.js';
import { findSeen } from '../../store/knowledge/seen.js';
import type { ExportContext } from './context.js';
import type { WorklistEntry } from './worklist.js';

/** Notes the first line of a record of which nothing is known but its row: all else is as the table has it. */
export function noteNew(context: ExportContext, { known }: WorklistEntry, line: string, stamp: number): void {
  if (known.number === null) context.hasUnknown = true;
  context.sql.insertSoon(`temp.scsync_done (record, seq, stamp, line)`, [known.number, known.lastChange, stamp, line]);
}

/** An empty line says that the target has the record's last change without having the record: it is private. */
export function noteDone(
  context: ExportContext,
  entry: WorklistEntry,
  line: string,
  version: Version | undefined,
): void {
  const { sql } = context;
  if (entry.known.number === null) context.hasUnknown = true;
  const isGone = version !== undefined && isDeleted(version);
  const { base } = entry.known;
  // What was a base stays known as a version that was taken into account.
  const isReplaced = base !== undefined && base.line !== '' && base.line !== line;
  // A version that stood elsewhere before is whose it was.
  const isNew = version?.raw === undefined || line === base?.line;
  const own = isNew || findSeen(sql, entry, line)?.own !== false;
  sql.insertSoon(`temp.scsync_done (record, seq, deleted, stamp, author, own, derived, replaced, replaced_own, line)`, [
    entry.known.number,
    entry.known.lastChange,
    isGone ? 1 : 0,
    version?.stamp ?? 0,
    isGone ? version.by : null,
    own ? 1 : 0,
    entry.known.derived === undefined ? 0 : 1,
    isReplaced ? digestOf(base.line) : null,
    isReplaced && base.own ? 1 : 0,
    line,
  ]);
  if (isGone || entry.tombstones.length > 0) {
    const deletion = isGone ? line : null;
    sql.insertSoon(`temp.scsync_deletions (type, id, line)`, [entry.type, entry.id, deletion]);
  }
}
