import { scopeOf } from '../../registry/entity.js';
import type { Entity, Registry, SetField } from '../../registry/entity.js';
import { sqlName, sqlNames, sqlText } from '../sql-name.js';

/** One trigger of ours. */
export interface Trigger {
  readonly name: string;
  /** The type tag of the record that it tells of. */
  readonly type: string;
  readonly sql: string;
}

/** What the names of our tables, indexes and triggers begin with. */
export const PREFIX = 'scsync_';

/** Now in Unix milliseconds, on every SQLite since 3.8. */
export const NOW = `(CAST(strftime('%s', 'now') AS INTEGER) * 1000 + CAST(substr(strftime('%f', 'now'), 4) AS INTEGER))`;

/**
 * The triggers that append every write to the change log, whoever makes it. They read nothing but their own table and change nothing,
 * so a write costs an append more, and a table can be made anew and renamed under them. What the log means is worked out when it is folded.
 */
export function triggersOf(registry: Registry): Trigger[] {
  return registry.entities.flatMap((entity) => [
    ...rowTriggers(registry, entity),
    ...entity.synced.flatMap(({ field }) => (field.kind === 'set' ? setTriggers(entity, field) : [])),
  ]);
}

/** The column of an entity's own table that says which project a row belongs to, or which parent it goes with. */
export function scopeColumn(registry: Registry, entity: Entity): string {
  const { column, parent } = scopeOf(registry, entity);
  return parent?.field ?? column;
}

function rowTriggers(registry: Registry, entity: Entity): Trigger[] {
  const { table, type, key, naturalKey } = entity;
  const scope = scopeColumn(registry, entity);
  const make = triggerMaker(table, type);
  // A row with the same natural key under another id: `REPLACE` removes it without firing a delete trigger.
  const clash = `${naturalKey.map((column) => `c.${sqlName(column)} = NEW.${sqlName(column)}`).join(' AND ')} AND c.${sqlName(key)} IS NOT NEW.${sqlName(key)}`;
  const clashes = `EXISTS (SELECT 1 FROM ${sqlName(table)} c WHERE ${clash})`;
  const replaced = `SELECT ${sqlText(table)}, c.${sqlName(key)}, c.${sqlName(scope)}, ${NOW} FROM ${sqlName(table)} c WHERE ${clash}`;
  return [
    make('insert', 'AFTER INSERT', logWrite(table, `NEW.${sqlName(key)}`, `NEW.${sqlName(scope)}`)),
    make('update', 'AFTER UPDATE', logWrite(table, `NEW.${sqlName(key)}`, `NEW.${sqlName(scope)}`)),
    make(
      'move',
      `AFTER UPDATE OF ${sqlName(key)}, ${sqlName(scope)}`,
      logGone(`SELECT ${sqlText(table)}, OLD.${sqlName(key)}, OLD.${sqlName(scope)}, ${NOW}`),
      `OLD.${sqlName(key)} IS NOT NEW.${sqlName(key)} OR OLD.${sqlName(scope)} IS NOT NEW.${sqlName(scope)}`,
    ),
    make(
      'delete',
      'AFTER DELETE',
      logGone(`SELECT ${sqlText(table)}, OLD.${sqlName(key)}, OLD.${sqlName(scope)}, ${NOW}`),
    ),
    ...(naturalKey.length === 0
      ? []
      : [
          make('replace', 'BEFORE INSERT', logGone(replaced), clashes),
          make('replace_update', `BEFORE UPDATE OF ${sqlNames(naturalKey)}`, logGone(replaced), clashes),
        ]),
  ];
}

function setTriggers({ type }: Entity, { set: { table, owner, id } }: SetField): Trigger[] {
  const make = triggerMaker(table, type);
  // `REPLACE` removes a row with the same id, which may be another owner's, without firing a delete trigger.
  const same =
    id &&
    `FROM ${sqlName(table)} c WHERE c.${sqlName(id.column)} = NEW.${sqlName(id.column)} AND c.${sqlName(owner)} IS NOT NEW.${sqlName(owner)}`;
  const replaced = same && `INSERT INTO scsync_log (tbl, key) SELECT ${sqlText(table)}, c.${sqlName(owner)} ${same}; `;
  return [
    make('insert', 'AFTER INSERT', logWrite(table, `NEW.${sqlName(owner)}`)),
    make('update', 'AFTER UPDATE', logWrite(table, `NEW.${sqlName(owner)}`)),
    make(
      'move',
      `AFTER UPDATE OF ${sqlName(owner)}`,
      logWrite(table, `OLD.${sqlName(owner)}`),
      `OLD.${sqlName(owner)} IS NOT NEW.${sqlName(owner)}`,
    ),
    make('delete', 'AFTER DELETE', logWrite(table, `OLD.${sqlName(owner)}`)),
    ...(id === undefined || same === undefined || replaced === undefined
      ? []
      : [
          make('replace', 'BEFORE INSERT', replaced, `EXISTS (SELECT 1 ${same})`),
          make('replace_update', `BEFORE UPDATE OF ${sqlName(id.column)}`, replaced, `EXISTS (SELECT 1 ${same})`),
        ]),
  ];
}

function triggerMaker(table: string, type: string) {
  return (event: string, timing: string, body: string, when = ''): Trigger => ({
    name: `${PREFIX}${table}_${event}`,
    type,
    sql: `CREATE TRIGGER ${sqlName(`${PREFIX}${table}_${event}`)} ${timing} ON ${sqlName(table)}${when === '' ? '' : ` WHEN ${when}`} BEGIN ${body}END`,
  });
}

function logWrite(table: string, key: string, scope = 'NULL'): string {
  return `INSERT INTO scsync_log (tbl, key, scope) VALUES (${sqlText(table)}, ${key}, ${scope}); `;
}

/** Only what goes away has a time: to take it costs more than the rest of the write. */
function logGone(select: string): string {
  return `INSERT INTO scsync_log (tbl, key, scope, at) ${select}; `;
}

/** SQL for the project of a row known by its alias. */
export function project(registry: Registry, entity: Entity, row: string): string {
  const { column, parent } = scopeOf(registry, entity);
  if (parent === undefined) return `${row}.${sqlName(column)}`;
  return `(SELECT p.${sqlName(column)} FROM ${sqlName(parent.entity.table)} p WHERE p.${sqlName(parent.entity.key)} = ${row}.${sqlName(parent.field)})`;
}
