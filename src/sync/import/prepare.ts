import { isDeleted } from '../../record/version.js';
import type { Entity } from '../../registry/entity.js';
import { CHANGED_SINCE, newestChange } from '../../store/knowledge/changes.js';
import { hasTombstones } from '../../store/knowledge/tombstones.js';
import type { ImportContext } from './context.js';
import { loadRecord } from './load-record.js';
import { takeNew } from './new-record.js';
import { entriesOf, pagesOf } from './page.js';
import type { PageEntry } from './page.js';
import { planRecord } from './plan-record.js';
import type { RecordPlan } from './plan-record.js';
import { writeRecord } from './write-record.js';
import { sqlName, sqlText } from '../../store/sql-name.js';
import { rowsOf } from '../../store/row-source.js';

/**
 * Decides the plain records before the database is locked for writing, so that others wait only while the rows are written: those whose
 * outcome is a row, without anything else to be written or said. Nothing is written yet, so what the change log has counts as written later.
 * Gives the number of the newest change that it knew of.
 */
export function prepareRecords(context: ImportContext): number {
  const { sql, registry } = context;
  const newest = newestChange(sql);
  context.mayReferToDeleted = hasTombstones(sql, context.target.project);
  for (const entity of registry.entities) {
    context.forgetRows();
    for (const ids of pagesOf(context, entity)) {
      sql.transaction('deferred', () => {
        for (const entry of entriesOf(context, entity, ids)) prepare(context, entity, entry);
      });
    }
  }
  context.mayReferToDeleted = true;
  return newest;
}

function prepare(context: ImportContext, entity: Entity, entry: PageEntry): void {
  if (entry.staged.every(({ file }) => file === context.registry.deletionsFile)) return;
  if (takeNew(context, entity, entry)) {
    context.report.progress();
    return;
  }
  const record = loadRecord(context, entity, entry);
  if (record.version === undefined || record.unread.length > 0) return;
  const decision = planRecord(context, record, record.version);
  if ('what' in decision || !isPlain(decision)) return;
  writeRecord(context, decision);
  context.report.progress();
}

function isPlain({ record, plan, staysPrivate }: RecordPlan): boolean {
  const saysNothing = record.losses.length === 0 && plan.losses.length === 0 && plan.rolledBack !== true;
  return !isDeleted(plan.result) && saysNothing && !staysPrivate;
}

/**
 * To be called once the database is locked for writing. Of what was prepared, forgets what was written by others since, with all that
 * refers to a record still to be decided; writes the rest, which is laid out no more.
 */
export function writePrepared(context: ImportContext, newest: number): void {
  const { sql, registry, writer, outcomes, rowsBefore } = context;
  context.forgetRows();
  if (outcomes.isEmpty) return;
  sql.exec(
    `CREATE TEMP TABLE IF NOT EXISTS scsync_undecided (type TEXT, id TEXT, PRIMARY KEY (type, id)) WITHOUT ROWID`,
  );
  sql.exec(`DELETE FROM temp.scsync_undecided`);
  sql.run(`INSERT INTO temp.scsync_undecided (type, id) ${CHANGED_SINCE}`, newest);
  sql.run(
    `INSERT OR IGNORE INTO temp.scsync_undecided (type, id) SELECT s.type, s.id FROM temp.scsync_staged s
     WHERE NOT EXISTS (SELECT 1 FROM temp.scsync_outcomes o WHERE o.type = s.type AND o.id = s.id)`,
  );
  for (const entity of registry.entities) findUndecided(context, entity);
  for (const entity of registry.entities) {
    writer.forget(entity, `SELECT id FROM temp.scsync_undecided WHERE type = ${sqlText(entity.type)}`);
  }
  outcomes.forget(`SELECT type, id FROM temp.scsync_undecided`);
  rowsBefore?.forget(`SELECT type, id FROM temp.scsync_undecided`);
  context.flush();
  // Without a condition SQLite forgets a table unread.
  const isDone = sql.get(`SELECT 1 FROM temp.scsync_undecided`) === undefined;
  const decided = `WHERE (type, id) NOT IN (SELECT type, id FROM temp.scsync_undecided)`;
  sql.run(`DELETE FROM temp.scsync_staged ${isDone ? '' : decided}`);
}

/** A record that refers to one still to be decided is decided after it; so is one whose natural key another has, or is to have. */
function findUndecided({ sql, registry, writer }: ImportContext, entity: Entity): void {
  const rows = writer.staged(entity);
  if (rows === undefined) return;
  const placeOf = (field: string): string => rows.placeOf(field) ?? 'NULL';
  const add = (other: string): void => {
    sql.run(
      `INSERT OR IGNORE INTO temp.scsync_undecided (type, id)
       SELECT ${sqlText(entity.type)}, s.id FROM ${rows.table} s CROSS JOIN ${other}`,
    );
  };
  for (const [field, target] of Object.entries({ ...entity.parents, ...entity.references })) {
    if (sql.get(`SELECT 1 FROM temp.scsync_undecided WHERE type = ?`, target) === undefined) continue;
    add(`temp.scsync_undecided u ON u.type = ${sqlText(target)} AND u.id = s.${placeOf(field)}`);
  }
  for (const key of entity.naturalKeys) {
    const same = (column: (name: string) => string): string =>
      key.map((name) => `o.${column(name)} = s.${placeOf(name)}`).join(' AND ');
    add(`${rowsOf(registry, entity)} o ON ${same(sqlName)} WHERE o.${sqlName(entity.key)} <> s.id`);
    add(`${rows.table} o ON ${same(placeOf)} WHERE o.id <> s.id`);
  }
}
