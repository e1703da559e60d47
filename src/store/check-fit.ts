import { elementNames } from '../record/content.js';
import { requireEntity } from '../registry/entity.js';
import { columnOf } from '../registry/field.js';
import type { Entity, Registry } from '../registry/entity.js';
import type { Field, ScalarField, SetField } from '../registry/field.js';
import type { Sql } from './sql.js';
import { readTableShape } from './table-shape.js';
import type { Affinity, ForeignKey, TableShape } from './table-shape.js';
import { sqlName } from './sql-name.js';
import { keyColumns, localColumns } from './identity.js';

/** The affinities that keep every value of a kind as it is. */
const KEEPING: Readonly<Record<Exclude<Field['kind'], 'set'>, readonly Affinity[]>> = {
  text: ['TEXT', 'BLOB'],
  integer: ['INTEGER', 'NUMERIC', 'BLOB'],
  real: ['REAL', 'NUMERIC', 'INTEGER', 'BLOB'],
  number: ['NUMERIC', 'INTEGER', 'BLOB'],
  // A value that comes out of such a column goes back into it as it is.
  any: ['TEXT', 'BLOB', 'INTEGER', 'NUMERIC', 'REAL'],
  blob: ['TEXT', 'BLOB', 'INTEGER', 'NUMERIC', 'REAL'],
  ref: ['TEXT', 'BLOB', 'INTEGER', 'NUMERIC', 'REAL'],
};

/**
 * What a registry says otherwise of a database than the database itself, each as `table.column: what`: whatever would give a wrong result,
 * or stop an import in its middle. The tables and columns must be there.
 */
export function misfits(sql: Sql, registry: Registry): string[] {
  return registry.entities.flatMap((entity) => [
    ...ofRows(sql, registry, entity),
    ...entity.synced.flatMap(({ field }) => (field.kind === 'set' ? ofElements(sql, registry, entity, field) : [])),
  ]);
}

function ofRows(sql: Sql, registry: Registry, entity: Entity): string[] {
  const { table, identity, unique } = entity;
  const shape = readTableShape(sql, table);
  const scalars = new Map(
    entity.synced.flatMap(({ name, field }) => {
      const column = columnOf(name, field);
      return column === undefined || field.kind === 'set' ? [] : [[column, field] as const];
    }),
  );
  const keys = localColumns(entity);
  const own = keyColumns(entity).filter((name) => !scalars.has(name));
  // A row from elsewhere gets something empty there.
  const local = Object.entries(entity.fields).flatMap(([name, field]) =>
    field.role === 'local' ? (columnOf(name, field) ?? []) : [],
  );
  const isLocal = (name: string): boolean => !scalars.has(name) && !own.includes(name);
  const isCovered = (columns: readonly string[]): boolean =>
    keys.every((name) => columns.includes(name)) ||
    ('number' in identity && columns.includes(identity.number ?? '')) ||
    columns.some(isLocal) ||
    unique.some((names) => names.every((name) => columns.includes(name)));
  return [
    ...ofColumns(
      table,
      shape,
      new Map<string, ScalarField | undefined>([...own.map((name) => [name, undefined] as const), ...scalars]),
      local,
    ),
    // Where ids are kept beside the rows, texts that the column takes for the same have ids of their own.
    ...('row' in identity
      ? ofBag(sql, table, keys)
      : ofIdentity(table, shape, keys, `${table}.${keys.join(', ')}: the key`, 'columns' in identity)),
    // Where a clash comes unforeseen, the record waits in its file.
    ...(entity.scope === 'database' ? [] : ofOtherKeys(table, shape, isCovered)),
    ...shape.foreignKeys.flatMap((reference) => ofReference(registry, entity, reference, isLocal)),
    ...ofTimes(sql, entity),
  ];
}

function ofElements(sql: Sql, registry: Registry, entity: Entity, { set }: SetField): string[] {
  const { table, owner, element } = set;
  const shape = readTableShape(sql, table);
  const [first = ''] = elementNames(set);
  const written = new Map<string, Exclude<Field, SetField> | undefined>([[owner, undefined]]);
  for (const name of [...(set.timestamps ?? []), ...(set.id === undefined ? [] : [set.id.column])])
    written.set(name, undefined);
  for (const [name, field] of Object.entries(element)) written.set(name, field);
  const isCovered = (columns: readonly string[]): boolean =>
    columns.some((name) => !written.has(name) || name === set.id?.column) ||
    [owner, first].every((name) => columns.includes(name));
  const targets = new Map([[owner, entity]]);
  if (set.references !== undefined) targets.set(first, requireEntity(registry, set.references));
  return [
    ...ofColumns(table, shape, written),
    ...(set.pick === undefined
      ? ofIdentity(table, shape, [owner, first], `${table}.${first}: what identifies an element of one ${owner}`)
      : []),
    ...ofOtherKeys(table, shape, isCovered),
    ...shape.foreignKeys.flatMap(({ from, table: target, to }) =>
      from.every((name) => !written.has(name)) || (from.length === 1 && fits(targets.get(from[0] ?? ''), target, to))
        ? []
        : [`${table}.${from.join(', ')}: refers to ${target}, and the registry does not say so`],
    ),
  ];
}

function ofColumns(
  table: string,
  { columns }: TableShape,
  written: ReadonlyMap<string, Exclude<Field, SetField> | undefined>,
  filled: readonly string[] = [],
): string[] {
  return columns.flatMap(({ name, type, affinity, isGenerated, isRequired, isNotNull }) => {
    const where = `${table}.${name}`;
    if (!written.has(name)) {
      return isRequired && !filled.includes(name)
        ? [`${where}: is NOT NULL without a default and is not synced, so no row could be made`]
        : [];
    }
    if (isGenerated) return [`${where}: is a generated column, which nobody can write`];
    const field = written.get(name);
    if (field === undefined) return [];
    const found: string[] = [];
    if (!KEEPING[field.kind].includes(affinity)) {
      found.push(`${where}: is declared ${type}, which does not keep every ${field.kind} as it is`);
    }
    const isCount = field.kind === 'integer' && field.countOf !== undefined;
    if (field.nullable && isNotNull && !isCount) found.push(`${where}: is NOT NULL, and may be null in the registry`);
    return found;
  });
}

/** The columns that name a row must be unique by themselves, and compare byte by byte. */
function ofIdentity(
  table: string,
  { uniqueKeys, rowNumber }: TableShape,
  names: readonly string[],
  what: string,
  isExact = false,
): string[] {
  if (names.length === 1 && names[0] === rowNumber) return [];
  const own = uniqueKeys.filter(
    ({ columns, isPartial }) =>
      !isPartial && columns.length === names.length && names.every((name) => columns.includes(name)),
  );
  if (own.length === 0) return [`${what} must be unique by itself (${names.join(', ')} in ${table})`];
  const other = own.flatMap(({ collations }) => collations).find((collation) => collation !== 'BINARY');
  return other === undefined || isExact ? [] : [`${what} compares as ${other}, and ids that differ must be different`];
}

/** What is told apart by what it holds needs a number all the same. */
function ofBag(sql: Sql, table: string, [number]: readonly string[]): string[] {
  const isNumbered = sql.get(`SELECT 1 FROM pragma_table_list(?) WHERE type = 'table' AND wr = 0`, table) !== undefined;
  return isNumbered && number !== '' ? [] : [`${table}: has no number for each row, so name its key`];
}

/** Another unique key may clash in an import, unless what the registry knows to be unique is a part of it. */
function ofOtherKeys(
  table: string,
  { uniqueKeys }: TableShape,
  isCovered: (columns: readonly string[]) => boolean,
): string[] {
  return uniqueKeys
    .map(({ columns }) => columns.filter((name) => name !== undefined))
    .filter((columns) => !isCovered(columns))
    .map(
      (columns) => `${table}.${columns.join(', ') || '(an expression)'}: is unique, and no natural key of the registry`,
    );
}

function ofReference(
  registry: Registry,
  entity: Entity,
  { from, table: target, to }: ForeignKey,
  isLocal: (name: string) => boolean,
): string[] {
  if (from.every(isLocal)) return [];
  const { table, parents, references, synced, identity } = entity;
  const [column = '', ...others] = from;
  const { name = '', field } = synced.find((each) => columnOf(each.name, each.field) === column) ?? {};
  if (others.length === 0 && field?.kind === 'text' && field.coordinate !== undefined) return [];
  const parent =
    'of' in identity && identity.column === column ? identity.of : field?.kind === 'ref' ? field.to : undefined;
  if (parent !== undefined && requireEntity(registry, parent).table.toLowerCase() === target.toLowerCase()) return [];
  // Its parts are there when the other record is.
  if (others.length > 0) return [];
  const type = new Map([...Object.entries(parents), ...Object.entries(references)]).get(name);
  const known = type === undefined ? undefined : requireEntity(registry, type);
  if (fits(known, target, to)) return [];
  const says = known === undefined ? 'names no parent or reference for it' : `says ${known.table}.${known.key}`;
  return [
    `${table}.${from.join(', ')}: refers to ${target}${to === undefined ? '' : `.${to}`}, and the registry ${says}`,
  ];
}

function fits(entity: Entity | undefined, table: string, column: string | undefined): boolean {
  return entity?.table.toLowerCase() === table.toLowerCase() && (column === undefined || column === entity.key);
}

/** How many rows are looked at to tell the unit of a time. */
const SAMPLE = 100;

/** Seconds would make every edit older than every deletion, and microseconds newer. */
function ofTimes(sql: Sql, { table, updated, units, fields }: Entity): string[] {
  const field = fields[updated];
  const column = field === undefined ? undefined : columnOf(updated, field);
  if (column === undefined || units.updated !== 'ms') return [];
  const [count, other, first] = sql.get(
    `SELECT count(*), sum(u BETWEEN 1000000000 AND 4000000000 OR u > 100000000000000), min(u)
     FROM (SELECT ${sqlName(column)} AS u FROM ${sqlName(table)} WHERE typeof(${sqlName(column)}) = 'integer' LIMIT ${SAMPLE})`,
  ) ?? [0n];
  if (count === 0n || count !== other) return [];
  return [`${table}.${updated}: must hold Unix milliseconds, and a row has ${String(first)}`];
}
