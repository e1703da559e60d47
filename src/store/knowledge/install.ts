import { SyncError } from '../../errors.js';
import { scopeOf } from '../../registry/entity.js';
import { columnOf } from '../../registry/field.js';
import type { Entity, Registry } from '../../registry/entity.js';
import { elementNames } from '../../record/content.js';
import { forgetBases } from './base.js';
import { writePrivateMark } from './private-marks.js';
import type { RecordKey } from '../../record/record-key.js';
import { TABLES, TABLES_VERSION } from './tables.js';
import { conflictingId } from '../natural-key.js';
import type { Sql } from '../sql.js';
import { versionOf } from '../../format/version-of.js';
import { foldLog } from './change-log.js';
import { NOW, PREFIX, scopeValue, triggersOf } from './triggers.js';
import { sqlName, sqlText } from '../sql-name.js';
import { isBag, loggedKey } from '../identity.js';
import { rowsOf } from '../row-source.js';
import { takeUpLearntFields } from './learnt-fields.js';
import { nameRows } from './name-rows.js';

/** What is wrong with the tracking of a database. */
export interface TrackingState {
  /** False where the database was never set up. */
  readonly installed: boolean;
  /** Our triggers that are missing or not as they should be. */
  readonly missing: readonly string[];
}

/** Looks at the tracking of a database without changing anything. */
export function trackingState(sql: Sql, registry: Registry): TrackingState {
  if (!hasTable(sql, 'scsync_meta')) return { installed: false, missing: [] };
  return { installed: true, missing: missingTriggers(sql, registry).map(({ name }) => name) };
}

/**
 * Creates our tables and triggers, or puts back what is missing, and marks every row of the tables that were
 * not tracked until now. Safe to repeat. Says in words what it did; nothing when there was nothing to do.
 */
export function installTracking(sql: Sql, registry: Registry): string[] {
  return sql.transaction('immediate', () => {
    const marked = dropOlderTables(sql);
    const first = !hasTable(sql, 'scsync_meta');
    for (const ddl of TABLES) sql.exec(ddl);
    for (const key of marked) writePrivateMark(sql, key, true);
    sql.run(`INSERT OR IGNORE INTO scsync_meta (name, value) VALUES ('version', ?)`, String(TABLES_VERSION));
    makeIndexes(sql, registry);
    const missing = missingTriggers(sql, registry);
    const types = new Set(missing.map(({ type }) => type));
    const entities = registry.entities.filter((entity) => types.has(entity.type));
    foldLog(sql, registry);
    nameRows(sql, registry);
    takeUpLearntFields(sql, registry);
    for (const entity of entities) logAll(sql, registry, entity);
    if (!first) for (const entity of entities) reconcileGone(sql, registry, entity);
    foldLog(sql, registry);
    // Last: what is gone of a table that no trigger watches is no deletion.
    for (const { name, sql: ddl } of missing) {
      sql.exec(`DROP TRIGGER IF EXISTS ${sqlName(name)}`);
      sql.exec(ddl);
    }
    if (!first) for (const entity of entities) forgetGone(sql, registry, entity);
    if (first) {
      const read = readForeignDeletions(sql, registry);
      markTombstones(sql);
      return ['tracking set up', ...(read > 0 ? [`${read} deletions of the reference program read`] : [])];
    }
    return missing.length === 0 ? [] : [`${missing.length} triggers put back for ${[...types].join(', ')}`];
  });
}

/** Child rows are read by their owner, and rows by what they refer to: a column without an index would cost a scan for each record. */
function makeIndexes(sql: Sql, registry: Registry): void {
  for (const { synced, referring, table } of registry.entities) {
    const columns = [
      ...synced.flatMap(({ field }) => (field.kind === 'set' ? [[field.set.table, field.set.owner] as const] : [])),
      ...referring.map(({ name, field }) =>
        field.kind === 'set'
          ? ([field.set.table, elementNames(field.set)[0] ?? ''] as const)
          : ([table, columnOf(name, field) ?? name] as const),
      ),
    ];
    for (const [name, column] of columns) {
      const indexed = sql.get(
        `SELECT 1 FROM pragma_index_list(?1) l WHERE (SELECT i.name FROM pragma_index_info(l.name) i WHERE i.seqno = 0) = ?2`,
        name,
        column,
      );
      if (indexed === undefined)
        sql.exec(`CREATE INDEX ${sqlName(`${PREFIX}${name}_${column}`)} ON ${sqlName(name)} (${sqlName(column)})`);
    }
  }
}

function missingTriggers(sql: Sql, registry: Registry): ReturnType<typeof triggersOf> {
  const there = new Map(
    sql
      .all(
        `SELECT name, sql FROM sqlite_master WHERE type = 'trigger' AND substr(name, 1, ?) = ?`,
        PREFIX.length,
        PREFIX,
      )
      .map(([name, ddl]) => [name, ddl]),
  );
  return triggersOf(registry).filter(({ name, sql: ddl }) => there.get(name) !== ddl);
}

/** Every row counts as written: nobody knows which ones were while nothing watched. */
function logAll(sql: Sql, registry: Registry, entity: Entity): void {
  const { table, synced } = entity;
  if (isBag(entity)) return;
  sql.run(
    `INSERT INTO scsync_log (tbl, key, scope) SELECT ${sqlText(table)}, ${loggedKey(entity, 'c')}, ${scopeValue(registry, entity, 'c')} FROM ${sqlName(table)} c`,
  );
  for (const { field } of synced) {
    if (field.kind !== 'set') continue;
    const { set } = field;
    sql.run(
      `INSERT INTO scsync_log (tbl, key) SELECT DISTINCT ${sqlText(set.table)}, c.${sqlName(set.owner)} FROM ${sqlName(set.table)} c`,
    );
  }
}

/**
 * Rows that vanished while nothing watched: a record whose natural key another row holds now was replaced, so it
 * is deleted; of any other the base is forgotten, so that the next import takes it from the files again.
 */
function reconcileGone(sql: Sql, registry: Registry, entity: Entity): void {
  const gone = sql.all(
    `SELECT b.target, g.project, r.id, b.line
     FROM scsync_records r JOIN scsync_base b ON b.record = r.n JOIN scsync_targets g ON g.target = b.target
     WHERE r.type = ? AND b.deleted = 0 AND b.line <> '' AND NOT EXISTS (SELECT 1 FROM ${rowsOf(registry, entity)} t WHERE t.${sqlName(entity.key)} = r.id)
     AND NOT EXISTS (SELECT 1 FROM scsync_tombstones x WHERE x.project = g.project AND x.type = r.type AND x.id = r.id)`,
    entity.type,
  );
  for (const [target, projectPath, id, line] of gone) {
    const version = versionOf(registry, String(line));
    const isReplaced =
      version?.kind === 'present' &&
      entity.naturalKeys.some(
        (key) => conflictingId(sql, registry, String(projectPath), version.content, key) !== undefined,
      );
    if (isReplaced) {
      const scope = scopeOf(registry, entity).parent === undefined ? String(projectPath) : null;
      sql.run(`INSERT INTO scsync_log (tbl, key, scope, at) VALUES (?, ?, ?, ${NOW})`, entity.table, String(id), scope);
    } else {
      forgetBases(sql, Number(target), { type: entity.type, id: String(id) });
      sql.run(`DELETE FROM scsync_files WHERE target = ?`, target ?? 0);
    }
  }
}

/** The mark of a row that is gone without a tombstone belongs to no project, as there is nothing to export. */
function forgetGone(sql: Sql, registry: Registry, entity: Entity): void {
  sql.run(
    `UPDATE scsync_records SET project = NULL WHERE type = ? AND project IS NOT NULL
     AND NOT EXISTS (SELECT 1 FROM ${rowsOf(registry, entity)} t WHERE t.${sqlName(entity.key)} = scsync_records.id)
     AND NOT EXISTS (SELECT 1 FROM scsync_tombstones x
       WHERE x.project = scsync_records.project AND x.type = scsync_records.type AND x.id = scsync_records.id)`,
    entity.type,
  );
}

/** The reference's own deletions become tombstones of rows that are absent; its table is only read, once. */
function readForeignDeletions(sql: Sql, registry: Registry): number {
  const foreign = registry.foreignDeletions;
  if (foreign === undefined || !hasTable(sql, foreign.table)) return 0;
  let count = 0;
  for (const entity of registry.entities) {
    const absent =
      `d.${sqlName(foreign.type)} = ${sqlText(entity.type)} AND typeof(d.${sqlName(foreign.at)}) = 'integer' ` +
      `AND NOT EXISTS (SELECT 1 FROM ${rowsOf(registry, entity)} t WHERE t.${sqlName(entity.key)} = d.${sqlName(foreign.id)})`;
    count += sql.run(
      `INSERT INTO scsync_tombstones (project, type, id, deleted_at, deleted_by)
       SELECT d.${sqlName(foreign.project)}, ${sqlText(entity.type)}, d.${sqlName(foreign.id)}, d.${sqlName(foreign.at)}, d.${sqlName(foreign.by)}
       FROM ${sqlName(foreign.table)} d WHERE ${absent} ON CONFLICT DO NOTHING`,
    );
  }
  return count;
}

/** A deletion that was there before is a change for every target. */
function markTombstones(sql: Sql): void {
  sql.run(
    `INSERT INTO scsync_records (seq, type, id, project)
     SELECT (SELECT coalesce(max(seq), 0) FROM scsync_records) + row_number() OVER (), type, id, project FROM scsync_tombstones
     WHERE true ON CONFLICT (type, id) DO UPDATE SET seq = excluded.seq, project = coalesce(project, excluded.project)`,
  );
}

function hasTable(sql: Sql, name: string): boolean {
  return sql.get(`SELECT 1 FROM sqlite_master WHERE type = 'table' AND name = ?`, name) !== undefined;
}

/**
 * Throws where our tables are of another form than this package knows: `newer_format` for a later one, `schema` for one from before the first
 * release, which `init` makes anew.
 */
export function requireKnownTables(sql: Sql): void {
  if (!hasTable(sql, 'scsync_meta')) return;
  const version = tablesVersion(sql);
  const found = `The tables of savecontext-sync in this database have version ${version}, this one knows ${TABLES_VERSION}`;
  if (version > TABLES_VERSION) throw new SyncError('newer_format', found, { hint: 'update savecontext-sync' });
  if (version < TABLES_VERSION) {
    throw new SyncError('schema', found, {
      hint: 'run sc-sync init: it makes them anew from the rows, and keeps deletions, private marks and lost values',
    });
  }
}

/** What the user said or lost outlives the form of the tables; the rest is learnt again from rows and files. */
const KEPT = ['scsync_tombstones', 'scsync_journal'];

/** The version that knew files by one hash each: they are looked at again, and all else stays as it is. */
const HASHES_ALONE = 5;

/** Takes away what a package from before the first release made. Gives the records that were marked private. */
function dropOlderTables(sql: Sql): RecordKey[] {
  if (!hasTable(sql, 'scsync_meta')) return [];
  const version = tablesVersion(sql);
  if (version >= TABLES_VERSION) {
    requireKnownTables(sql);
    return [];
  }
  if (version === HASHES_ALONE) {
    sql.exec(`DROP TABLE scsync_files`);
    sql.run(`UPDATE scsync_meta SET value = ? WHERE name = 'version'`, String(TABLES_VERSION));
    return [];
  }
  const marks = hasTable(sql, 'scsync_private') ? 'scsync_private' : 'scsync_records WHERE private = 1';
  const marked = sql.all(`SELECT type, id FROM ${marks}`).map(([type, id]) => ({ type: String(type), id: String(id) }));
  for (const kind of ['trigger', 'table'] as const) {
    for (const [name] of sql.all(
      `SELECT name FROM sqlite_master WHERE type = ? AND substr(name, 1, ?) = ?`,
      kind,
      PREFIX.length,
      PREFIX,
    )) {
      if (!KEPT.includes(String(name))) sql.exec(`DROP ${kind} ${sqlName(String(name))}`);
    }
  }
  return marked;
}

function tablesVersion(sql: Sql): number {
  return Number(sql.get(`SELECT value FROM scsync_meta WHERE name = 'version'`)?.[0] ?? 1);
}
