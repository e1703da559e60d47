import { dependentsOf, scopeOf } from '../registry/entity.js';
import type { Entity, Registry, SetField } from '../registry/entity.js';

/** One trigger of ours. */
export interface Trigger {
  readonly name: string;
  /** The type tag of the record that it marks. */
  readonly type: string;
  readonly sql: string;
}

/** What the names of our tables, indexes and triggers begin with. */
export const PREFIX = 'scsync_';

/** Now in Unix milliseconds, on every SQLite since 3.8. */
const NOW = `(CAST(strftime('%s', 'now') AS INTEGER) * 1000 + CAST(substr(strftime('%f', 'now'), 4) AS INTEGER))`;

/** The number of the next change: it only grows, since marks are never deleted. */
export const NEXT = `(SELECT coalesce(max(seq), 0) + 1 FROM scsync_marks)`;

/**
 * The triggers that mark the owner of every row that is written, whoever writes it.
 *
 * All writes in them are upserts or plain statements, as the conflict clause of the statement that fires a
 * trigger (`INSERT OR IGNORE`) replaces any other clause in it (https://www.sqlite.org/lang_createtrigger.html).
 * A tombstone counts only while its row is absent, so one that turns out to be premature does no harm.
 */
export function triggersOf(registry: Registry): Trigger[] {
  return registry.entities.flatMap((entity) => [
    ...rowTriggers(registry, entity),
    ...entity.synced.flatMap(({ name, field }) =>
      field.kind === 'set' ? setTriggers(registry, entity, name, field) : [],
    ),
  ]);
}

function rowTriggers(registry: Registry, entity: Entity): Trigger[] {
  const { table, key } = entity;
  const scope = scopeOf(registry, entity);
  const scopeColumn = scope.parent?.field ?? scope.column;
  const moved = `OLD.${key} IS NOT NEW.${key} OR ${project(registry, entity, 'OLD')} IS NOT ${project(registry, entity, 'NEW')}`;
  const children = (row: string, newProject: string): string =>
    dependentsOf(registry, entity)
      .map((child) => markChildren(child.entity, `c.${child.field} = ${row}.${key}`, newProject))
      .join('');
  const buryChildren = (): string =>
    'column' in entity.scope
      ? dependentsOf(registry, entity)
          .map((child) => buryRows(child.entity, `OLD.${scope.column}`, `c.${child.field} = OLD.${key}`))
          .join('')
      : '';
  const make = (event: string, timing: string, body: string, when = ''): Trigger => ({
    name: `${PREFIX}${table}_${event}`,
    type: entity.type,
    sql: `CREATE TRIGGER ${PREFIX}${table}_${event} ${timing} ON ${table}${when === '' ? '' : ` WHEN ${when}`} BEGIN ${body}END`,
  });
  return [
    make(
      'insert',
      'AFTER INSERT',
      buryMoved(entity, `c.${key} = NEW.${key}`, project(registry, entity, 'NEW')) +
        mark(entity, `NEW.${key}`, project(registry, entity, 'NEW')) +
        dependentsOf(registry, entity)
          .map((child) => buryMoved(child.entity, `c.${child.field} = NEW.${key}`, `NEW.${scope.column}`))
          .join('') +
        children('NEW', `NEW.${scope.column}`),
      `NEW.${key} IS NOT NULL`,
    ),
    make(
      'update',
      'AFTER UPDATE',
      // The row has a mark since it was inserted, but for one under another key.
      `UPDATE scsync_marks SET seq = ${NEXT} WHERE type = '${entity.type}' AND id = NEW.${key}; ` +
        mark(
          entity,
          `NEW.${key}`,
          project(registry, entity, 'NEW'),
          `OLD.${key} IS NOT NEW.${key} OR OLD.${scopeColumn} IS NOT NEW.${scopeColumn}`,
        ),
      `NEW.${key} IS NOT NULL`,
    ),
    make(
      'move',
      `AFTER UPDATE OF ${key}, ${scopeColumn}`,
      bury(entity, lastProject(registry, entity), `OLD.${key}`) +
        mark(entity, `OLD.${key}`, 'NULL', `OLD.${key} IS NOT NEW.${key}`) +
        buryChildren() +
        children('OLD', `NEW.${scope.column}`) +
        children('NEW', `NEW.${scope.column}`),
      `OLD.${key} IS NOT NULL AND (${moved})`,
    ),
    make(
      'delete',
      'AFTER DELETE',
      bury(entity, lastProject(registry, entity), `OLD.${key}`) +
        mark(entity, `OLD.${key}`, 'NULL') +
        inheritPrivacy(entity) +
        buryChildren() +
        children('OLD', 'NULL'),
      `OLD.${key} IS NOT NULL`,
    ),
    ...replacementTriggers(registry, entity),
  ];
}

/** `REPLACE` removes a row with the same natural key under another id without firing a delete trigger. */
function replacementTriggers(registry: Registry, entity: Entity): Trigger[] {
  const { table, key, naturalKey } = entity;
  if (naturalKey.length === 0) return [];
  const clash = `${naturalKey.map((column) => `c.${column} = NEW.${column}`).join(' AND ')} AND c.${key} IS NOT NEW.${key}`;
  const body = buryRows(entity, project(registry, entity, 'NEW'), clash) + markChildren(entity, clash, 'NULL');
  return [
    ['replace', 'BEFORE INSERT'],
    ['replace_update', `BEFORE UPDATE OF ${naturalKey.join(', ')}`],
  ].map(([event, timing]) => ({
    name: `${PREFIX}${table}_${event ?? ''}`,
    type: entity.type,
    sql:
      `CREATE TRIGGER ${PREFIX}${table}_${event ?? ''} ${timing ?? ''} ON ${table} ` +
      `WHEN EXISTS (SELECT 1 FROM ${table} c WHERE ${clash}) BEGIN ${body}END`,
  }));
}

function setTriggers(registry: Registry, entity: Entity, name: string, field: SetField): Trigger[] {
  const { table, owner, id } = field.set;
  const counted = entity.synced.some((other) => other.field.kind === 'integer' && other.field.countOf === name);
  const markOwner = (ownerSql: string): string =>
    `INSERT INTO scsync_marks (seq, type, id, project, counted) ` +
    `SELECT ${NEXT}, '${entity.type}', o.${entity.key}, ${project(registry, entity, 'o')}, ${counted ? 1 : 0} ` +
    `FROM ${entity.table} o WHERE o.${entity.key} = ${ownerSql} ` +
    `ON CONFLICT (type, id) DO UPDATE SET seq = excluded.seq, counted = max(counted, excluded.counted); `;
  const make = (event: string, timing: string, body: string): Trigger => ({
    name: `${PREFIX}${table}_${event}`,
    type: entity.type,
    sql: `CREATE TRIGGER ${PREFIX}${table}_${event} ${timing} ON ${table} BEGIN ${body}END`,
  });
  // `REPLACE` removes a row with the same id, which may be another owner's, without firing a delete trigger.
  const replaced = id && markOwner(`(SELECT c.${owner} FROM ${table} c WHERE c.${id.column} = NEW.${id.column})`);
  return [
    make('insert', 'AFTER INSERT', markOwner(`NEW.${owner}`)),
    make('update', 'AFTER UPDATE', markOwner(`NEW.${owner}`) + markOwner(`OLD.${owner}`)),
    make('delete', 'AFTER DELETE', markOwner(`OLD.${owner}`)),
    ...(id === undefined || replaced === undefined
      ? []
      : [
          make('replace', 'BEFORE INSERT', replaced),
          make('replace_update', `BEFORE UPDATE OF ${id.column}`, replaced),
        ]),
  ];
}

/** SQL for the project of a row known by its alias. */
export function project(registry: Registry, entity: Entity, row: string): string {
  const { column, parent } = scopeOf(registry, entity);
  if (parent === undefined) return `${row}.${column}`;
  return `(SELECT p.${column} FROM ${parent.entity.table} p WHERE p.${parent.entity.key} = ${row}.${parent.field})`;
}

/** In a cascade the parent is already gone when the children's triggers run: their marks remember the project. */
function lastProject(registry: Registry, entity: Entity): string {
  const own = project(registry, entity, 'OLD');
  if ('column' in entity.scope) return own;
  return `coalesce(${own}, (SELECT m.project FROM scsync_marks m WHERE m.type = '${entity.type}' AND m.id = OLD.${entity.key}))`;
}

function mark(entity: Entity, id: string, projectSql: string, when = 'true'): string {
  return (
    `INSERT INTO scsync_marks (seq, type, id, project) SELECT ${NEXT}, '${entity.type}', ${id}, ${projectSql} ` +
    `WHERE ${when} ON CONFLICT (type, id) DO UPDATE SET seq = excluded.seq, project = coalesce(excluded.project, project); `
  );
}

/** What is deleted with a private record was private too, which nothing would say any more: exports keep quiet about it. */
function inheritPrivacy({ type, key, parents }: Entity): string {
  return Object.entries(parents)
    .map(
      ([field, parent]) =>
        `INSERT INTO scsync_private (type, id) SELECT '${type}', OLD.${key} ` +
        `FROM scsync_private p WHERE p.type = '${parent}' AND p.id = OLD.${field} ON CONFLICT DO NOTHING; `,
    )
    .join('');
}

/** Marks all rows `c` of an entity that fit the condition. */
export function markChildren(entity: Entity, condition: string, projectSql: string): string {
  return (
    `INSERT INTO scsync_marks (seq, type, id, project) ` +
    `SELECT (SELECT coalesce(max(seq), 0) FROM scsync_marks) + row_number() OVER (), '${entity.type}', c.${entity.key}, ${projectSql} ` +
    `FROM ${entity.table} c WHERE c.${entity.key} IS NOT NULL AND ${condition} ` +
    `ON CONFLICT (type, id) DO UPDATE SET seq = excluded.seq, project = coalesce(excluded.project, project); `
  );
}

/** SQL that leaves a tombstone for one record, where the project is known. */
export function bury(entity: Entity, projectSql: string, id: string): string {
  return buryFrom(`SELECT ${projectSql} AS project, '${entity.type}', ${id}, ${NOW} WHERE project IS NOT NULL`);
}

function buryRows(entity: Entity, projectSql: string, condition: string): string {
  return buryFrom(
    `SELECT ${projectSql} AS project, '${entity.type}', c.${entity.key}, ${NOW} ` +
      `FROM ${entity.table} c WHERE c.${entity.key} IS NOT NULL AND ${condition} AND ${projectSql} IS NOT NULL`,
  );
}

/** `REPLACE` of a row by itself fires no delete trigger, so only the mark still knows the project that the row was in. */
function buryMoved(entity: Entity, condition: string, projectSql: string): string {
  return (
    `INSERT INTO scsync_tombstones (project, type, id, deleted_at) SELECT m.project, m.type, m.id, ${NOW} ` +
    `FROM ${entity.table} c JOIN scsync_marks m ON m.type = '${entity.type}' AND m.id = c.${entity.key} ` +
    `WHERE ${condition} AND m.project IS NOT NULL AND m.project IS NOT ${projectSql} ON CONFLICT DO NOTHING; `
  );
}

function buryFrom(select: string): string {
  return (
    `INSERT INTO scsync_tombstones (project, type, id, deleted_at) ${select} ` +
    `ON CONFLICT (project, type, id) DO UPDATE SET deleted_at = max(excluded.deleted_at, deleted_at + 1), deleted_by = NULL; `
  );
}
