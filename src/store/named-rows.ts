import { unquote } from '../record/json.js';
import { nameFields } from '../record/names.js';
import type { NamedRecord } from '../record/names.js';
import type { Entity, Registry } from '../registry/entity.js';
import { exactColumn, readExact } from './columns.js';
import { project as projectSql } from './knowledge/triggers.js';
import type { Sql } from './sql.js';
import { sqlName } from './sql-name.js';
import { rowsOf } from './row-source.js';

/** So many rows are read at a time. */
const PAGE = 5000;

/** How much of a title is read, in characters. */
const TITLE = 200;

/** The rows of one type in a project, all or that with an id, each with what people call it by, in the order of their ids. */
export function* namedRows(
  sql: Sql,
  registry: Registry,
  entity: Entity,
  project: string,
  only?: string,
): Generator<NamedRecord> {
  const { type, key } = entity;
  const { shortId, naturalKey, title } = nameFields(entity);
  const { encoding } = sql;
  const columns = [
    `t.${sqlName(key)}`,
    ...[shortId, naturalKey].map((name) => (name === undefined ? 'NULL' : `t.${sqlName(name)}`)),
    title === undefined ? 'NULL' : `substr(t.${sqlName(title)}, 1, ${TITLE})`,
  ].map((column) => exactColumn(column, encoding));
  const select = `SELECT ${columns.join(', ')} FROM ${rowsOf(registry, entity)} t WHERE ${projectSql(registry, entity, 't')} = ?`;
  const page = `AND t.${sqlName(key)} ${only === undefined ? '>' : '='} ? ORDER BY t.${sqlName(key)} LIMIT ${PAGE}`;
  for (let after = only ?? ''; ;) {
    const rows = sql.all(`${select} ${page}`, project, after);
    for (const row of rows) {
      const [id, ...names] = row.map((value) => {
        const token = readExact(value, encoding);
        return typeof token === 'string' && token.startsWith('"') ? unquote(token) : undefined;
      });
      // What no line can hold has no name either; an export says where it stands.
      if (id === undefined) continue;
      after = id;
      yield { type, id, shortId: names[0], naturalKey: names[1], title: names[2] };
    }
    if (rows.length < PAGE) return;
  }
}
