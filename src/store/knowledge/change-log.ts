import { scopeOf } from '../../registry/entity.js';
import type { Entity, Registry } from '../../registry/entity.js';
import type { Sql } from '../sql.js';
import { NOW, project } from './triggers.js';
import { sqlName, sqlText } from '../sql-name.js';
import { rowsOf } from '../row-source.js';
import { mayBeRenumbered } from './bags.js';
import { translateLog } from './local-keys.js';
import { logUnseenReplaced } from './replaced-unseen.js';

/**
 * Works out what the change log says, and empties it: every record that was written gets the number of its change and its project, one
 * that left a project leaves a tombstone there. Runs within the transaction of the verb that goes on with it.
 *
 * Before and after are compared, not each step: a row that went and came back in between has changed, and is not deleted.
 *
 * @param newest Records with a greater number are left out: whoever wrote them has noted that already.
 */
export function foldLog(sql: Sql, registry: Registry, newest = Number.MAX_SAFE_INTEGER): void {
  if (isSettled(sql, registry)) return;
  sql.transaction('immediate', () => {
    fold(sql, registry, newest);
  });
}

/** Gives what `body` finds while the log is folded, and takes the fold back: for verbs that only look. */
export function withFoldedLog<T>(sql: Sql, registry: Registry, body: () => T): T {
  return sql.dryRun(isSettled(sql, registry) ? 'deferred' : 'immediate', () => {
    foldLog(sql, registry);
    return body();
  });
}

function isSettled(sql: Sql, registry: Registry): boolean {
  return sql.get(`SELECT 1 FROM scsync_log LIMIT 1`) === undefined && !mayBeRenumbered(sql, registry);
}

function fold(sql: Sql, registry: Registry, newest: number): void {
  sql.exec(`CREATE TEMP TABLE IF NOT EXISTS scsync_touched (
    type TEXT NOT NULL, id TEXT NOT NULL, n INTEGER NOT NULL, is_there INTEGER NOT NULL, project TEXT, known TEXT,
    counted INTEGER NOT NULL, changed INTEGER, PRIMARY KEY (type, id)) WITHOUT ROWID`);
  sql.exec(`DELETE FROM temp.scsync_touched`);
  translateLog(sql, registry);
  for (const entity of registry.entities) logUnseenReplaced(sql, registry, entity);
  for (const entity of registry.entities) findTouched(sql, registry, entity, newest);
  for (const entity of registry.entities) writeTombstonesOfGone(sql, entity);
  writeTombstonesOfMoved(sql);
  mark(sql);
  for (const entity of registry.entities) inheritPrivacy(sql, registry, entity);
  sql.exec(`DELETE FROM scsync_log`);
}

/**
 * The records of which a row was written, and those that a parent took to another project. "known" is the project that a record was in
 * before: as it was last seen, or, for one that was not there yet, as the log has it first.
 */
function findTouched(sql: Sql, registry: Registry, entity: Entity, newest: number): void {
  const { type, table, key } = entity;
  const rows = rowsOf(registry, entity);
  const { parent } = scopeOf(registry, entity);
  const quoted = (tables: readonly string[]): string => tables.map(sqlText).join(', ');
  const sets = entity.synced.flatMap(({ field, index }) => (field.kind === 'set' ? [{ index, set: field.set }] : []));
  const counted = sets.filter(({ index }) => entity.counts.some(({ set }) => set === index));
  const row = `FROM ${rows} t WHERE t.${sqlName(key)} = l.key`;
  const parentRow = `type = ${sqlText(parent?.entity.type ?? '')} AND id = f.scope`;
  const first =
    parent === undefined
      ? 'f.scope'
      : `(SELECT coalesce(known, project) FROM temp.scsync_touched WHERE ${parentRow}), (SELECT project FROM scsync_records WHERE ${parentRow})`;
  sql.run(
    `INSERT INTO temp.scsync_touched (type, id, n, is_there, project, known, counted, changed)
     SELECT ${sqlText(type)}, l.key, max(l.n), EXISTS (SELECT 1 ${row}), (SELECT ${project(registry, entity, 't')} ${row}),
       coalesce(m.project, ${first}), max(l.tbl IN (${quoted(counted.map(({ set }) => set.table))})), max(l.changed)
     FROM scsync_log l LEFT JOIN scsync_records m ON m.type = ${sqlText(type)} AND m.id = l.key
     LEFT JOIN (SELECT key, scope, min(n) FROM scsync_log WHERE tbl = ${sqlText(table)} GROUP BY key) f ON f.key = l.key
     WHERE (l.tbl = ${sqlText(table)} OR l.tbl IN (${quoted(sets.map(({ set }) => set.table))}) AND EXISTS (SELECT 1 ${row}))
       AND l.key IS NOT NULL AND coalesce(m.seq, 0) <= ?
     GROUP BY l.key`,
    newest,
  );
  if (parent === undefined) return;
  // A record that has a tombstone may have been deleted in the project that it is in now.
  const cameOrWent = (record: string, known: string): string =>
    `(p.project IS NOT ${known}.project OR EXISTS (SELECT 1 FROM scsync_tombstones x
       WHERE x.project = p.project AND x.type = ${record}.type AND x.id = ${record}.id))`;
  sql.run(
    `INSERT INTO temp.scsync_touched (type, id, n, is_there, project, known, counted)
     SELECT ${sqlText(type)}, t.${sqlName(key)}, p.n, 1, p.project, coalesce(m.project, p.known), 0
     FROM temp.scsync_touched p
     LEFT JOIN scsync_records k ON k.type = p.type AND k.id = p.id
     JOIN ${rows} t ON t.${sqlName(parent.field)} = p.id
     LEFT JOIN scsync_records m ON m.type = ${sqlText(type)} AND m.id = t.${sqlName(key)}
     WHERE p.type = ${sqlText(parent.entity.type)} AND ${cameOrWent('p', 'k')} AND ${cameOrWent('m', 'm')}
       AND t.${sqlName(key)} IS NOT NULL AND coalesce(m.seq, 0) <= ?
     ON CONFLICT DO UPDATE SET known = coalesce(known, excluded.known)`,
    newest,
  );
}

/** A row that went away leaves a tombstone in the project that it was in, unless it is there again. */
function writeTombstonesOfGone(sql: Sql, { type, table, scope }: Entity): void {
  // In a cascade the parent is gone by now: what is known of the record remembers the project.
  const lastProject = typeof scope === 'object' && 'through' in scope ? 'r.known' : 'l.scope';
  sql.run(
    `INSERT INTO scsync_tombstones (project, type, id, deleted_at)
     SELECT ${lastProject} AS project, r.type, r.id, max(l.at)
     FROM scsync_log l JOIN temp.scsync_touched r ON r.type = ${sqlText(type)} AND r.id = l.key
     WHERE l.tbl = ${sqlText(table)} AND l.at IS NOT NULL AND ${lastProject} IS NOT NULL AND ${lastProject} IS NOT r.project
     GROUP BY 1, 2, 3
     ON CONFLICT (project, type, id) DO UPDATE SET deleted_at = max(excluded.deleted_at, deleted_at + 1), deleted_by = NULL`,
  );
  // `REPLACE` may have taken it out of the project that it is known in, which no trigger tells.
  sql.run(
    `INSERT INTO scsync_tombstones (project, type, id, deleted_at)
     SELECT r.known, r.type, r.id, max(l.at)
     FROM scsync_log l JOIN temp.scsync_touched r ON r.type = ${sqlText(type)} AND r.id = l.key
     WHERE l.tbl = ${sqlText(table)} AND l.at IS NOT NULL AND r.is_there = 0 AND r.known IS NOT NULL
     GROUP BY 1, 2, 3 ON CONFLICT DO NOTHING`,
  );
}

/** A row that is in another project than it was known in: it was replaced, or went with its parent. */
function writeTombstonesOfMoved(sql: Sql): void {
  sql.run(
    `INSERT INTO scsync_tombstones (project, type, id, deleted_at)
     SELECT r.known, r.type, r.id, ${NOW} FROM temp.scsync_touched r
     WHERE r.is_there = 1 AND r.known IS NOT NULL AND r.known IS NOT r.project ON CONFLICT DO NOTHING`,
  );
}

/** Gives every touched record the number of its change, and the project that it was last seen in. */
function mark(sql: Sql): void {
  sql.run(
    `INSERT INTO scsync_records (seq, type, id, project, counted, changed)
     SELECT (SELECT coalesce(max(seq), 0) FROM scsync_records) + row_number() OVER (ORDER BY n, type, id), type, id, project, counted,
       changed FROM temp.scsync_touched WHERE true
     ON CONFLICT (type, id) DO UPDATE SET
       seq = excluded.seq, project = coalesce(excluded.project, project), counted = max(counted, excluded.counted),
       changed = coalesce(excluded.changed, changed)`,
  );
}

/** What is deleted with a private record was private too, which nothing would say any more: exports keep quiet about it. */
function inheritPrivacy(sql: Sql, registry: Registry, entity: Entity): void {
  const { parent } = scopeOf(registry, entity);
  if (parent === undefined) return;
  sql.run(
    `UPDATE scsync_records SET private = 1 WHERE type = ${sqlText(entity.type)} AND id IN (
       SELECT r.id FROM scsync_log l JOIN temp.scsync_touched r ON r.type = ${sqlText(entity.type)} AND r.id = l.key
       JOIN scsync_records p ON p.type = ${sqlText(parent.entity.type)} AND p.id = l.scope AND p.private = 1
       WHERE l.tbl = ${sqlText(entity.table)} AND l.at IS NOT NULL AND r.is_there = 0)`,
  );
}
