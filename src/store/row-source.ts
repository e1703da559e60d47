import { columnOf } from '../registry/field.js';
import type { Entity, Registry, TimeUnit } from '../registry/entity.js';
import type { Field, RefField } from '../registry/field.js';
import { idOfReference, isMapped, joinLocal, localColumns, numberField, valueOfReference } from './identity.js';
import { sqlName, sqlText } from './sql-name.js';

const sources = new WeakMap<Registry, Map<string, string>>();

/**
 * SQL of an entity's rows, to be followed by an alias: its table where the columns are the fields, else a query that has a column for each
 * field, by its name: the id under the key's, references as ids, the time of the last change. Of a reference, `~name` is what the row holds.
 */
export function rowsOf(registry: Registry, entity: Entity): string {
  let known = sources.get(registry);
  if (known === undefined) sources.set(registry, (known = new Map<string, string>()));
  let source = known.get(entity.type);
  if (source === undefined)
    known.set(entity.type, (source = isPlain(entity) ? sqlName(entity.table) : query(registry, entity)));
  return source;
}

/** Whether the table's columns are what lines say, each under its name. */
function isPlain(entity: Entity): boolean {
  return (
    !isMapped(entity) &&
    numberField(entity) === undefined &&
    entity.synced.every(
      ({ name, field }) => field.kind === 'set' || (field.kind !== 'ref' && columnOf(name, field) === name),
    )
  );
}

function query(registry: Registry, entity: Entity): string {
  const type = sqlText(entity.type);
  const columns = entity.synced.flatMap(({ name, field }) => {
    if (field.kind === 'set') return [];
    const own = `t.${sqlName(columnOf(name, field) ?? name)}`;
    if (field.kind === 'ref') {
      return [`${idOfReference(registry, field, own)} AS ${sqlName(name)}`, `${own} AS ${sqlName(rawName(name))}`];
    }
    return [`${virtual(entity, name) ?? own} AS ${sqlName(name)}`];
  });
  const from = isMapped(entity)
    ? `scsync_records r JOIN ${sqlName(entity.table)} t ON ${joinLocal(entity, 't', 'r')} WHERE r.type = ${type}`
    : `${sqlName(entity.table)} t`;
  return `(SELECT ${columns.join(', ')} FROM ${from})`;
}

/** SQL for what no column of the table holds. */
function virtual(entity: Entity, name: string): string | undefined {
  if (name === entity.key) return idOf(entity);
  if (name === entity.updated && entity.fields[name] === undefined) return changedAt(entity);
  const number = numberField(entity);
  if (number?.name !== name) return undefined;
  return `coalesce(${ofRecord(entity, 'number')}, t.${sqlName(columnOf(name, number.field) ?? name)})`;
}

/** SQL for what the table of records has of a row. */
function ofRecord(entity: Entity, column: 'changed' | 'number'): string {
  return isMapped(entity)
    ? `r.${column}`
    : `(SELECT c.${column} FROM scsync_records c WHERE c.type = ${sqlText(entity.type)} AND c.id = ${idOf(entity)})`;
}

function idOf(entity: Entity): string {
  return isMapped(entity) ? 'r.id' : `t.${sqlName(localColumns(entity)[0] ?? '')}`;
}

/** A row that nobody has changed since tracking began is as old as it says. */
function changedAt(entity: Entity): string {
  const changed = ofRecord(entity, 'changed');
  const { created, fields, units } = entity;
  const field = fields[created];
  const column = field === undefined ? undefined : columnOf(created, field);
  return column === undefined
    ? `coalesce(${changed}, 0)`
    : `coalesce(${changed}, ${milliseconds(`t.${sqlName(column)}`, units.created)}, 0)`;
}

/** SQL for a time in Unix milliseconds; NULL for a value that is none. */
function milliseconds(column: string, unit: TimeUnit): string {
  const number = (value: string): string =>
    `iif(typeof(${column}) IN ('integer', 'real'), CAST(${value} AS INTEGER), NULL)`;
  switch (unit) {
    case 'ms':
      return number(column);
    case 's':
      return number(`${column} * 1000`);
    case 'us':
      return number(`${column} / 1000`);
    case 'ns':
      return number(`${column} / 1000000`);
    case 'webkit':
      return number(`${column} / 1000 - 11644473600000`);
    case 'julian':
      return number(`(${column} - 2440587.5) * 86400000`);
    case 'iso':
      return `CAST(strftime('%s', ${column}) AS INTEGER) * 1000`;
  }
}

function rawName(field: string): string {
  return `~${field}`;
}

/** SQL for whether a row `t` of {@link rowsOf} refers to the record with an id. It can use an index of the table. */
export function refersTo(registry: Registry, entity: Entity, name: string, id: string): string {
  const field: Field | undefined = entity.fields[name];
  if (field?.kind !== 'ref') return `t.${sqlName(name)} = ${id}`;
  return `t.${sqlName(rawName(name))} = ${valueOfReference(registry, field satisfies RefField, id)}`;
}
