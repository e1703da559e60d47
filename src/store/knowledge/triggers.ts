import { CHANGED_AT, WHOLE_DATABASE, scopeOf } from '../../registry/entity.js';
import { columnOf } from '../../registry/field.js';
import type { Entity, Registry } from '../../registry/entity.js';
import type { SetField } from '../../registry/field.js';
import { isBag, isMapped, localColumns, loggedKey } from '../identity.js';
import type { Sql } from '../sql.js';
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

/** What stands for digits where a trigger saw what is about to happen, before anyone knows whether it does. */
export const FORESEEN = '';

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

/** Whether the triggers of a table are there, so that no row can go unseen but by `REPLACE`. */
export function isWatched(sql: Sql, { table }: Entity): boolean {
  const name = `${PREFIX}${table}_delete`;
  return sql.get(`SELECT 1 FROM sqlite_master WHERE type = 'trigger' AND name = ?`, name) !== undefined;
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
  const make = triggerMaker(table, type);
  if (isBag(entity)) {
    // Which row it was is found out when the log is folded.
    const wrote = `INSERT INTO scsync_log (tbl, changed) VALUES (${sqlText(table)}, ${NOW}); `;
    return (['insert', 'update', 'delete'] as const).map((event) => make(event, `AFTER ${event.toUpperCase()}`, wrote));
  }
  const scope = scopeColumn(registry, entity);
  const places = [...localColumns(entity), ...(scope === undefined ? [] : [scope])];
  const gone = (row: string): string =>
    `SELECT ${sqlText(table)}, ${loggedKey(entity, row)}, ${scopeValue(registry, entity, row)}, ${NOW}`;
  const wrote = (digits?: string): string => logWrite(entity, scopeValue(registry, entity, 'NEW'), digits);
  const isNumbered = isMapped(entity) && 'number' in entity.identity;
  const changed = [
    ...(entity.updated === CHANGED_AT ? [`(${differs(syncedColumns(entity), 'OLD', 'NEW', storedAsIs(entity))})`] : []),
    // A row with another key is told of by the trigger of moves.
    ...(isMapped(entity) ? [`NOT (${differs(localColumns(entity), 'OLD', 'NEW')})`] : []),
  ].join(' AND ');
  const moved = isNumbered
    ? `CASE WHEN ${differs(localColumns(entity), 'OLD', 'NEW')} THEN ${RANDOM_DIGITS} END`
    : undefined;
  return [
    make('insert', 'AFTER INSERT', wrote(isNumbered ? RANDOM_DIGITS : undefined)),
    make('update', 'AFTER UPDATE', wrote(), changed),
    make(
      'move',
      `AFTER UPDATE OF ${sqlNames(places)}`,
      `${logGone(gone('OLD'))}${isMapped(entity) ? wrote(moved) : ''}`,
      differs(places, 'OLD', 'NEW'),
    ),
    make('delete', 'AFTER DELETE', logGone(gone('OLD'))),
    ...(isNumbered ? [make('again', 'BEFORE INSERT', ...numberIsThere(registry, entity))] : []),
    // Another row with the same unique values: `REPLACE` removes it without firing a delete trigger.
    ...[...unique, ...keysWithoutCase(entity), ...numberBesideId(entity)].flatMap((columns, index) => {
      const same = columns.map((column) => `c.${sqlName(column)} = NEW.${sqlName(column)}`).join(' AND ');
      const others = `FROM ${sqlName(table)} c WHERE ${same} AND (${differs(localColumns(entity), 'c', 'NEW')})`;
      const replaced = isNumbered
        ? `INSERT INTO scsync_log (tbl, key, scope, at, digits) ${gone('c')}, ${sqlText(FORESEEN)} ${others}; `
        : logGone(`${gone('c')} ${others}`);
      const clashes = `EXISTS (SELECT 1 ${others})`;
      const number = index === 0 ? '' : `_${index + 1}`;
      return [
        make(`replace${number}`, 'BEFORE INSERT', replaced, clashes),
        make(`replace_update${number}`, `BEFORE UPDATE OF ${sqlNames(columns)}`, replaced, clashes),
      ];
    }),
  ];
}

/** SQL for whether two rows differ in any column: texts exactly, and of columns in `typed` the storage classes too. */
function differs(columns: readonly string[], a: string, b: string, typed: ReadonlySet<string> = new Set()): string {
  return columns
    .flatMap((column) => {
      const [x, y] = [a, b].map((row) => `${row}.${sqlName(column)}`);
      return [`${x} IS NOT ${y} COLLATE BINARY`, ...(typed.has(column) ? [`typeof(${x}) <> typeof(${y})`] : [])];
    })
    .join(' OR ');
}

/** The columns in which 1 and 1.0 are two values. */
function storedAsIs({ synced }: Entity): ReadonlySet<string> {
  return new Set(
    synced.flatMap(({ name, field }) =>
      field.kind === 'any' || field.kind === 'number' ? (columnOf(name, field) ?? []) : [],
    ),
  );
}

/** The columns of a key of the row itself that may take texts for the same which are not. */
function keysWithoutCase({ identity, fields }: Entity): string[][] {
  if (!('columns' in identity)) return [];
  const named = identity.columns.map((name) => [fields[name], name] as const);
  const isText = named.some(([field]) => field?.kind === 'text' || field?.kind === 'any');
  return isText ? [named.map(([field, name]) => (field && columnOf(name, field)) ?? name)] : [];
}

/** The number that a row has beside its id: a row with another id may take it over. */
function numberBesideId(entity: Entity): string[][] {
  const { identity } = entity;
  return !isMapped(entity) && 'number' in identity ? [[identity.number]] : [];
}

/** A row with the number of a new one is replaced by it, and stays the same record: the log must tell that from a number handed out again. */
function numberIsThere(registry: Registry, entity: Entity): [body: string, when: string] {
  const { table } = entity;
  const [number = ''] = localColumns(entity);
  const values = [sqlText(table), loggedKey(entity, 'NEW'), scopeValue(registry, entity, 'NEW'), sqlText(FORESEEN)];
  return [
    `INSERT INTO scsync_log (tbl, key, scope, digits) VALUES (${values.join(', ')}); `,
    `EXISTS (SELECT 1 FROM ${sqlName(table)} c WHERE c.${sqlName(number)} = NEW.${sqlName(number)})`,
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
function logWrite(entity: Entity, scope: string, digits?: string): string {
  const more = [
    ...(entity.updated === CHANGED_AT ? [['changed', NOW] as const] : []),
    ...(digits === undefined ? [] : [['digits', digits] as const]),
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
