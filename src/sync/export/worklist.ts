import type { Entity, Registry } from '../../registry/entity.js';
import type { Content } from '../../record/content.js';
import type { RecordKey } from '../../record/record-key.js';
import { badRow } from '../../store/bad-row.js';
import type { Known } from '../../store/knowledge/known.js';
import type { Sql } from '../../store/sql.js';
import type { Target } from '../../store/knowledge/target.js';
import { changedRecords } from '../../store/knowledge/changes.js';
import { project } from '../../store/knowledge/triggers.js';
import { sqlName, sqlText } from '../../store/sql-name.js';
import { refersTo, rowsOf } from '../../store/row-source.js';
import { isMapped, localColumns } from '../../store/identity.js';

/** A record to look at. */
export interface WorklistEntry extends RecordKey {
  /** The record's tombstones in the files. */
  readonly tombstones: readonly string[];
  readonly content: Content | undefined;
  /** What is remembered of it beside the row. */
  readonly known: Known;
}

/**
 * Makes the temporary tables of an export: `scsync_worklist`, the records to look at, with their tombstones in the
 * files; `scsync_done`, the versions that the files will have; `scsync_deletions`, what becomes of lines in the file of
 * deletions. On disk, so that memory does not grow.
 */
export function makeExportTables(sql: Sql): void {
  sql.exec(`CREATE TEMP TABLE IF NOT EXISTS scsync_worklist (
    type TEXT NOT NULL, id TEXT NOT NULL, tombstones TEXT, PRIMARY KEY (type, id)) WITHOUT ROWID`);
  sql.exec(`CREATE TEMP TABLE IF NOT EXISTS scsync_done (
    record INTEGER, seq INTEGER NOT NULL, deleted INTEGER NOT NULL DEFAULT 0, stamp INTEGER NOT NULL, author TEXT,
    own INTEGER NOT NULL DEFAULT 1, derived INTEGER NOT NULL DEFAULT 0, replaced BLOB,
    replaced_own INTEGER NOT NULL DEFAULT 0, line TEXT NOT NULL)`);
  // Few rows have one of these, and each row has a line: without indexes the commit would read all lines three times.
  for (const [column, few] of Object.entries({ deleted: '= 1', derived: '= 1', replaced: 'IS NOT NULL' })) {
    sql.exec(`CREATE INDEX IF NOT EXISTS temp.scsync_done_${column} ON scsync_done (record) WHERE ${column} ${few}`);
  }
  sql.exec(`CREATE TEMP TABLE IF NOT EXISTS scsync_deletions (
    type TEXT NOT NULL, id TEXT NOT NULL, line TEXT, PRIMARY KEY (type, id)) WITHOUT ROWID`);
  sql.exec(`DELETE FROM temp.scsync_worklist`);
  sql.exec(`DELETE FROM temp.scsync_done`);
  sql.exec(`DELETE FROM temp.scsync_deletions`);
}

/** Fills the list of records to look at: the dirty ones, or all of the project. */
export function fillWorklist(sql: Sql, registry: Registry, target: Target, full: boolean): void {
  for (const entity of registry.entities) checkKeys(sql, registry, entity, target.project);
  if (full) {
    for (const entity of registry.entities) {
      sql.run(
        `INSERT INTO temp.scsync_worklist (type, id)
         SELECT ${sqlText(entity.type)}, t.${sqlName(entity.key)} FROM ${rowsOf(registry, entity)} t
         WHERE t.${sqlName(entity.key)} IS NOT NULL AND ${project(registry, entity, 't')} = ?`,
        target.project,
      );
    }
    sql.run(
      `INSERT INTO temp.scsync_worklist (type, id) SELECT t.type, t.id FROM scsync_tombstones t
       WHERE t.project = ? AND typeof(t.id) = 'text' ON CONFLICT DO NOTHING`,
      target.project,
    );
  } else {
    const { from, parameters } = changedRecords(target);
    sql.run(`INSERT INTO temp.scsync_worklist (type, id) SELECT m.type, m.id FROM ${from}`, ...parameters);
  }
}

/** How many records there are to look at. */
export function countWorklist(sql: Sql): number {
  return Number(sql.get(`SELECT count(*) FROM temp.scsync_worklist`)?.[0] ?? 0);
}

/** Adds all that cannot be without a record of the list: it is private with it, or no more. */
export function addChildren(sql: Sql, registry: Registry, target: Target): void {
  for (let [before, now] = [-1, countWorklist(sql)]; now > before; [before, now] = [now, countWorklist(sql)]) {
    for (const entity of registry.entities) {
      const { type, key, parents } = entity;
      for (const [field, parent] of Object.entries(parents)) {
        sql.run(
          `INSERT INTO temp.scsync_worklist (type, id)
           SELECT ${sqlText(type)}, t.${sqlName(key)} FROM temp.scsync_worklist d
           JOIN ${rowsOf(registry, entity)} t ON ${refersTo(registry, entity, field, 'd.id')}
           WHERE d.type = ? AND t.${sqlName(key)} IS NOT NULL AND ${project(registry, entity, 't')} = ? ON CONFLICT DO NOTHING`,
          parent,
          target.project,
        );
      }
    }
  }
}

/**
 * A row whose key is no text has no line. Two ranges of an index: NULL stands before all texts, a BLOB after them. The plus keeps SQLite from
 * going through all rows of the project by another index.
 */
function checkKeys(sql: Sql, registry: Registry, entity: Entity, projectPath: string): void {
  const { key } = entity;
  if (isMapped(entity)) {
    checkLocalKeys(sql, entity);
    return;
  }
  for (const condition of [`t.${sqlName(key)} IS NULL`, `t.${sqlName(key)} >= x''`]) {
    const where = `${condition} AND +${project(registry, entity, 't')} = ? LIMIT 1`;
    const row = sql.get(
      `SELECT hex(t.${sqlName(key)}), t.${sqlName(key)} IS NULL FROM ${rowsOf(registry, entity)} t WHERE ${where}`,
      projectPath,
    );
    if (row === undefined) continue;
    const found = row[1] === 1n ? 'NULL' : `X'${String(row[0])}'`;
    throw badRow(entity, found, key, [`must be a text, not ${row[1] === 1n ? 'NULL' : 'a BLOB'}`]);
  }
}

/** A row whose own key can be no part of an id has no line either. */
function checkLocalKeys(sql: Sql, entity: Entity): void {
  const columns = localColumns(entity);
  // After all numbers of an index stand texts, and after all texts BLOBs. One column may hold anything, several make JSON.
  const tooGreat = 'number' in entity.identity ? `''` : columns.length > 1 ? `x''` : undefined;
  const must = 'number' in entity.identity ? 'a number' : 'a text or a number';
  for (const column of columns) {
    const name = `t.${sqlName(column)}`;
    for (const condition of [`${name} IS NULL`, ...(tooGreat === undefined ? [] : [`${name} >= ${tooGreat}`])]) {
      const row = sql.get(`SELECT quote(${name}) FROM ${sqlName(entity.table)} t WHERE ${condition} LIMIT 1`);
      if (row !== undefined) throw badRow(entity, String(row[0]), column, [`must be ${must}, not ${String(row[0])}`]);
    }
  }
}
