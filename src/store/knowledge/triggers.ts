import { CHANGED_AT, WHOLE_DATABASE, columnOf, scopeOf } from '../../registry/entity.js';
import type { Entity, Registry, SetField } from '../../registry/entity.js';
import { isMapped, localColumns, loggedKey } from '../identity.js';
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

/** SQL for the digits that make an id of a number, on every SQLite since 3.8. */
export const RANDOM_DIGITS = `lower(hex(randomblob(6)))`;

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

/** SQL for what a row of the entity's own table, known by an alias, says of its project, or of the parent that it goes with. */
export function scopeValue(registry: Registry, entity: Entity, row: string): string {
  const column = scopeColumn(registry, entity);
  return column === undefined ? sqlText(WHOLE_DATABASE) : `${row}.${sqlName(column)}`;
}

function scopeColumn(registry: Registry, entity: Entity): string | undefined {
  const { column, parent } = scopeOf(registry, entity);
  return parent?.field ?? column;
}

function rowTriggers(registry: Registry, entity: Entity): Trigger[] {
  const { table, type, unique } = entity;
  const scope = scopeColumn(registry, entity);
  const places = [...localColumns(entity), ...(scope === undefined ? [] : [scope])];
  const make = triggerMaker(table, type);
  const differs = (columns: readonly string[], a: string, b: string): string =>
    columns.map((column) => `${a}.${sqlName(column)} IS NOT ${b}.${sqlName(column)}`).join(' OR ');
  const gone = (row: string): string =>
    `SELECT ${sqlText(table)}, ${loggedKey(entity, row)}, ${scopeValue(registry, entity, row)}, ${NOW}`;
  const wrote = (isNew: boolean): string => logWrite(entity, scopeValue(registry, entity, 'NEW'), isNew);
  const changed = entity.updated === CHANGED_AT ? differs(syncedColumns(entity), 'OLD', 'NEW') : '';
  return [
    make('insert', 'AFTER INSERT', wrote(true)),
    make('update', 'AFTER UPDATE', wrote(false), changed),
    make(
      'move',
      `AFTER UPDATE OF ${sqlNames(places)}`,
      `${logGone(gone('OLD'))}${isMapped(entity) ? wrote(true) : ''}`,
      differs(places, 'OLD', 'NEW'),
    ),
    make('delete', 'AFTER DELETE', logGone(gone('OLD'))),
    // Another row with the same unique values: `REPLACE` removes it without firing a delete trigger.
    ...unique.flatMap((columns, index) => {
      const same = columns.map((column) => `c.${sqlName(column)} = NEW.${sqlName(column)}`).join(' AND ');
      const others = `FROM ${sqlName(table)} c WHERE ${same} AND (${differs(localColumns(entity), 'c', 'NEW')})`;
      const replaced = logGone(`${gone('c')} ${others}`);
      const clashes = `EXISTS (SELECT 1 ${others})`;
      const number = index === 0 ? '' : `_${index + 1}`;
      return [
        make(`replace${number}`, 'BEFORE INSERT', replaced, clashes),
        make(`replace_update${number}`, `BEFORE UPDATE OF ${sqlNames(columns)}`, replaced, clashes),
      ];
    }),
  ];
}

/** The columns of the table that lines have. */
function syncedColumns({ synced }: Entity): string[] {
  return synced.flatMap(({ name, field }) => columnOf(name, field) ?? []);
}

function setTriggers({ type }: Entity, { set: { table, owner, id } }: SetField): Trigger[] {
  const make = triggerMaker(table, type);
  // `REPLACE` removes a row with the same id, which may be another owner's, without firing a delete trigger.
  const same =
    id &&
    `FROM ${sqlName(table)} c WHERE c.${sqlName(id.column)} = NEW.${sqlName(id.column)} AND c.${sqlName(owner)} IS NOT NEW.${sqlName(owner)}`;
  const replaced = same && `INSERT INTO scsync_log (tbl, key) SELECT ${sqlText(table)}, c.${sqlName(owner)} ${same}; `;
  return [
    make('insert', 'AFTER INSERT', logElement(table, `NEW.${sqlName(owner)}`)),
    make('update', 'AFTER UPDATE', logElement(table, `NEW.${sqlName(owner)}`)),
    make(
      'move',
      `AFTER UPDATE OF ${sqlName(owner)}`,
      logElement(table, `OLD.${sqlName(owner)}`),
      `OLD.${sqlName(owner)} IS NOT NEW.${sqlName(owner)}`,
    ),
    make('delete', 'AFTER DELETE', logElement(table, `OLD.${sqlName(owner)}`)),
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

function logElement(table: string, owner: string): string {
  return `INSERT INTO scsync_log (tbl, key) VALUES (${sqlText(table)}, ${owner}); `;
}

/** The time is taken where no column has it, and the digits that make a number an id where a row is new. */
function logWrite(entity: Entity, scope: string, isNew: boolean): string {
  const more = [
    ...(entity.updated === CHANGED_AT ? [['changed', NOW] as const] : []),
    ...(isNew && 'number' in entity.identity && isMapped(entity) ? [['digits', RANDOM_DIGITS] as const] : []),
  ];
  const names = ['tbl', 'key', 'scope', ...more.map(([name]) => name)].join(', ');
  const values = [sqlText(entity.table), loggedKey(entity, 'NEW'), scope, ...more.map(([, value]) => value)].join(', ');
  return `INSERT INTO scsync_log (${names}) VALUES (${values}); `;
}

/** Only what goes away has a time: to take it costs more than the rest of the write. */
function logGone(select: string): string {
  return `INSERT INTO scsync_log (tbl, key, scope, at) ${select}; `;
}

/** SQL for the project of a row known by its alias. */
export function project(registry: Registry, entity: Entity, row: string): string {
  const { column, parent } = scopeOf(registry, entity);
  if (column === undefined) return sqlText(WHOLE_DATABASE);
  if (parent === undefined) return `${row}.${sqlName(column)}`;
  return `(SELECT p.${sqlName(column)} FROM ${sqlName(parent.entity.table)} p WHERE p.${sqlName(parent.entity.key)} = ${row}.${sqlName(parent.field)})`;
}
