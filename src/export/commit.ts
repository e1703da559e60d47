import { writeBaseSeq } from '../store/knowledge/base.js';
import { lastChange, markChanged } from '../store/knowledge/changes.js';
import type { ExportContext } from './context.js';

/** Commits what the target now has: bases, seen versions, tombstones as they were written. */
export function commitDone({ sql, target }: ExportContext): void {
  sql.run(
    `INSERT INTO scsync_base (target, type, id, seq, deleted, stamp, line)
     SELECT ?, type, id, seq, deleted, stamp, line FROM temp.scsync_done WHERE true
     ON CONFLICT (type, id, target) DO UPDATE SET
       seq = excluded.seq, deleted = excluded.deleted, stamp = excluded.stamp, line = excluded.line
       WHERE seq <> excluded.seq OR line <> excluded.line`,
    target.id,
  );
  sql.run(
    `INSERT INTO scsync_seen (digest, own) SELECT digest, 1 FROM temp.scsync_done WHERE digest IS NOT NULL ON CONFLICT DO NOTHING`,
  );
  if (sql.get(`SELECT 1 FROM scsync_derived LIMIT 1`) !== undefined) {
    sql.run(`DELETE FROM scsync_derived WHERE (type, id) IN (SELECT type, id FROM temp.scsync_done)`);
  }
  raiseTombstones(sql, target);
}

/** A tombstone is what was written of it; a raised stamp is a change for every other target. */
function raiseTombstones(sql: ExportContext['sql'], target: ExportContext['target']): void {
  const raised = sql.all(
    `SELECT d.type, d.id, d.stamp, d.rowid FROM temp.scsync_done d
     JOIN scsync_tombstones t ON t.project = ? AND t.type = d.type AND t.id = d.id
     JOIN scsync_marks m ON m.type = d.type AND m.id = d.id AND m.seq = d.seq
     WHERE d.deleted = 1 AND (t.deleted_at <> d.stamp OR t.deleted_by IS NOT d.author)`,
    target.project,
  );
  for (const [type, id, stamp, done] of raised) {
    const key = { type: String(type), id: String(id) };
    sql.run(
      `UPDATE scsync_tombstones SET deleted_at = ?, deleted_by = (SELECT author FROM temp.scsync_done WHERE rowid = ?)
       WHERE project = ? AND type = ? AND id = ?`,
      stamp ?? 0,
      done ?? 0,
      target.project,
      key.type,
      key.id,
    );
    markChanged(sql, key, target.project);
    writeBaseSeq(sql, target, key, lastChange(sql, key));
  }
}
