import { changeOf } from '../../record/change.js';
import type { RecordChange } from '../../record/change.js';
import type { Content } from '../../record/content.js';
import { joinMembers } from '../../record/content.js';
import { scanArray, scanObject } from '../../record/json.js';
import type { Entity, Registry } from '../../registry/entity.js';
import type { RecordKey } from '../../record/record-key.js';
import type { Rows } from '../../store/rows.js';
import type { Sql } from '../../store/sql.js';

const PAGE = 500;

/**
 * What rows held before an import first changed them, in a temporary table: a row may be written more than once, and only the whole
 * of it is a change.
 */
export class RowsBefore {
  readonly #sql: Sql;

  constructor(sql: Sql) {
    this.#sql = sql;
    sql.exec(`CREATE TEMP TABLE IF NOT EXISTS scsync_before (
      type TEXT NOT NULL, id TEXT NOT NULL, tokens TEXT, unknown TEXT, PRIMARY KEY (type, id)) WITHOUT ROWID`);
    sql.exec(`DELETE FROM temp.scsync_before`);
  }

  /** Notes what a row holds; undefined for one that is not there yet. What was noted first stays. */
  note({ type, id }: RecordKey, row: Content | undefined): void {
    this.#sql.run(
      `INSERT INTO temp.scsync_before (type, id, tokens, unknown) VALUES (?, ?, ?, ?) ON CONFLICT DO NOTHING`,
      type,
      id,
      row === undefined ? null : `[${row.tokens.join(',')}]`,
      row === undefined ? null : `{${joinMembers(row.unknown)}}`,
    );
  }

  /** Forgets records that a SELECT names by type and id. */
  forget(records: string): void {
    this.#sql.run(`DELETE FROM temp.scsync_before WHERE (type, id) IN (${records})`);
  }

  /** What became of the noted rows, in the order of types and ids; `rows` reads them as they are now. */
  *changes(registry: Registry, rows: Rows): Generator<RecordChange> {
    for (const entity of registry.entities) {
      for (const { id, before } of this.#of(entity)) {
        const after = rows.read(entity, id);
        if (before === undefined && after === undefined) continue;
        const change = changeOf({ type: entity.type, id }, before, after ?? 'deleted');
        if (change.action !== 'changed' || change.fields.length > 0) yield { where: 'database', ...change };
      }
    }
  }

  /** The noted rows of an entity in the order of their ids. */
  *#of(entity: Entity): Generator<{ readonly id: string; readonly before: Content | undefined }> {
    let after: string | undefined;
    for (;;) {
      const from = after === undefined ? 'id >= ?' : 'id > ?';
      const page = this.#sql.all(
        `SELECT id, tokens, unknown FROM temp.scsync_before WHERE type = ? AND ${from} ORDER BY id LIMIT ${PAGE}`,
        entity.type,
        after ?? '',
      );
      for (const [key, tokens, unknown] of page) {
        const id = (after = String(key));
        const before =
          tokens === null
            ? undefined
            : { entity, id, tokens: scanArray(String(tokens)), unknown: scanObject(String(unknown)) };
        yield { id, before };
      }
      if (page.length < PAGE) return;
    }
  }
}
