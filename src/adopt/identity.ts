import type { FileIdentity } from '../registry/file.js';
import type { InspectedColumn, InspectedTable } from './inspected.js';
import { columnNamed, filled, tableNamed } from './inspected.js';
import type { Reference } from './references.js';
import { lasting } from './words.js';

/** What identifies a row; `of` is a table here, since types have no names yet. */
export type TableIdentity = FileIdentity;

/** What must be known of a table beside its declaration. */
export interface IdentityContext {
  readonly tables: readonly InspectedTable[];
  readonly references: readonly Reference[];
  /** Whether a column is kept from sync, so that it cannot identify. */
  readonly isLocal: (column: string) => boolean;
}

/** What identifies the rows of a table for good: undefined where nothing does. */
export function identityOf(table: InspectedTable, context: IdentityContext): TableIdentity | undefined {
  const candidates = uniqueColumns(table, context);
  const single = candidates.filter((columns) => columns.length === 1).flat();
  const [key, ...others] = table.primaryKey.map((name) => columnNamed(table, name));
  const primary = others.length === 0 ? key : undefined;
  const ofAnother = primary && referenceOf(context.references, table.name, primary.name);
  const isOfAnother = ofAnother !== undefined && !isCircle(ofAnother, context);
  if (isOfAnother && single.some(({ name }) => name === ofAnother.column))
    return { of: ofAnother.target, column: ofAnother.column };
  // An id is told from another by every letter.
  const texts = single.filter((column) => isText(column) && !ignoresCase(table, column));
  const text =
    texts.find(({ name }) => lasting(name) === 2) ??
    texts.find((column) => column === primary) ??
    texts.find(({ name }) => lasting(name) === 1 && referenceOf(context.references, table.name, name) === undefined);
  const number = primary !== undefined && primary !== text && isWholeNumber(primary) ? primary.name : undefined;
  if (text !== undefined) return { column: text.name, ...(number !== undefined && { number }) };
  if (number !== undefined) return { number };
  return ofSeveral(table, candidates);
}

/** Whether the rows that a key leads to lead back to it: each would be known by the other. */
function isCircle(reference: Reference, { references, tables }: IdentityContext): boolean {
  const seen = new Set<string>();
  for (let next: Reference | undefined = reference; next !== undefined;) {
    if (seen.has(next.table) || next.target === next.table) return true;
    seen.add(next.table);
    const [key, ...others]: readonly string[] = tableNamed(tables, next.target)?.primaryKey ?? [];
    next = key === undefined || others.length > 0 ? undefined : referenceOf(references, next.target, key);
  }
  return false;
}

function referenceOf(references: readonly Reference[], table: string, column: string): Reference | undefined {
  return references.find((each) => each.table === table && each.column === column);
}

/** The primary key goes before other unique columns, and fewer columns before more. */
function ofSeveral(
  table: InspectedTable,
  candidates: readonly (readonly InspectedColumn[])[],
): TableIdentity | undefined {
  const isPrimary = (columns: readonly InspectedColumn[]): boolean =>
    columns.length === table.primaryKey.length && columns.every(({ name }) => table.primaryKey.includes(name));
  const [columns] = [...candidates].sort((a, b) => Number(isPrimary(b)) - Number(isPrimary(a)) || a.length - b.length);
  const [first, ...others] = columns ?? [];
  if (first === undefined) return undefined;
  if (others.length > 0) return { columns: [first, ...others].map(({ name }) => name) };
  if (isText(first) && !ignoresCase(table, first)) return { column: first.name };
  return isWholeNumber(first) && !isPrimary([first]) ? { number: first.name } : { columns: [first.name] };
}

/** The columns that are unique together in all rows and never null: of the primary key first. */
function uniqueColumns(table: InspectedTable, { isLocal }: IdentityContext): InspectedColumn[][] {
  const whole = table.uniqueKeys.filter(({ isPartial }) => !isPartial).map(({ columns }) => columns);
  const named = [table.primaryKey, ...whole].map((columns) => columns.map((name) => columnNamed(table, name ?? '')));
  return named.flatMap((columns) => {
    const found = columns.filter((column) => column !== undefined);
    const isSound = found.every((column) => !isLocal(column.name) && !column.isGenerated && isNeverNull(table, column));
    return found.length > 0 && found.length === columns.length && isSound ? [found] : [];
  });
}

/** SQLite allows null in most primary keys, though programs do not count on it. */
function isNeverNull({ primaryKey }: InspectedTable, { name, isNotNull, values }: InspectedColumn): boolean {
  return isNotNull || (primaryKey.includes(name) && values.classes.null === 0);
}

/** Whether an index takes texts of a column for the same which are not. */
function ignoresCase({ uniqueKeys }: InspectedTable, { name }: InspectedColumn): boolean {
  const own = uniqueKeys.filter(({ columns }) => columns.length === 1 && columns[0] === name);
  return own.some(({ collations }) => collations[0] !== 'BINARY');
}

function isText({ affinity, declared, values: { classes } }: InspectedColumn): boolean {
  if (affinity !== 'TEXT' && declared !== '') return false;
  const others = classes.integer + classes.real + classes.blob;
  return others === 0 && (affinity === 'TEXT' || classes.text > 0);
}

function isWholeNumber(column: InspectedColumn): boolean {
  const { affinity, values } = column;
  return (affinity === 'INTEGER' || affinity === 'NUMERIC') && values.classes.integer === filled(column);
}
