import { moveBase } from '../../store/knowledge/base.js';
import { markChanged } from '../../store/knowledge/changes.js';
import type { ExportContext } from './context.js';

/** Commits what the target now has: bases, seen versions, tombstones as they were written. */
export function commitDone({ sql, target }: ExportContext): void {
  sql.run(
    `INSERT INTO scsync_base (record, target, seq, deleted, stamp, own, line)
     SELECT record, ?, seq, deleted, stamp, own, line FROM temp.scsync_done WHERE record IS NOT NULL
     ON CONFLICT (record, target) DO UPDATE SET
       seq = excluded.seq, deleted = excluded.deleted, stamp = excluded.stamp, line = excluded.line,
       own = CASE WHEN line = excluded.line THEN own ELSE excluded.own END
       WHERE seq <> excluded.seq OR line <> excluded.line`,
    target.id,
  );
  sql.run(
    `INSERT INTO scsync_seen (digest, own)
     SELECT replaced, replaced_own FROM temp.scsync_done WHERE replaced IS NOT NULL ON CONFLICT DO NOTHING`,
  );
  sql.run(
    `UPDATE scsync_records SET derived_stamp = NULL, derived_hash = NULL
     WHERE derived_hash IS NOT NULL AND n IN (SELECT record FROM temp.scsync_done WHERE derived = 1)`,
  );
  raiseTombstones(sql, target);
}

/** A tombstone is what was written of it; a raised stamp is a change for every other target. */
function raiseTombstones(sql: ExportContext['sql'], target: ExportContext['target']): void {
  const raised = sql.all(
    `SELECT m.type, m.id, d.stamp, d.rowid FROM temp.scsync_done d
     JOIN scsync_records m ON m.n = d.record AND m.seq = d.seq
     JOIN scsync_tombstones t ON t.project = ? AND t.type = m.type AND t.id = m.id
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
    moveBase(sql, target, key);
  }
}
