import { fieldOf, haveIdentity, identifying, keyColumn, numberOf } from '../registry/file.js';
import type { FileEntity, FileField, FileKind, FileUnique } from '../registry/file.js';
import type { Answers } from './answers.js';
import type { TableIdentity } from './identity.js';
import type { InspectedColumn, InspectedTable } from './inspected.js';
import { kindOf } from './kinds.js';
import { localReason } from './local-columns.js';
import { lineName } from './names.js';
import type { Reference } from './references.js';
import { findTime } from './times.js';
import { isGivenName, titleAmong } from './words.js';

/** What an entity is made of. */
export interface EntityContext {
  readonly answers: Answers;
  readonly references: readonly Reference[];
  readonly synced: ReadonlyMap<string, TableIdentity>;
  /** The type of each synced table, and its file. */
  readonly typeOf: ReadonlyMap<string, string>;
  readonly fileOf: ReadonlyMap<string, string>;
}

/** The entity of a table. */
export function entityOf(table: InspectedTable, id: TableIdentity, context: EntityContext): FileEntity {
  const { typeOf, fileOf } = context;
  const columns = table.columns.filter(({ name }) => name !== numberOf(id));
  const entries = columns.map((column) => [column.name, entryOf(table, column, id, context)] as const);
  const fields = Object.fromEntries(entries);
  const kinds = new Map(entries.map(([name, entry]) => [name, fieldOf(entry).kind]));
  const values = columns.filter(({ name }) => !['local', 'ref'].includes(kinds.get(name) ?? 'local'));
  const title = titleAmong(values.filter(({ name }) => kinds.get(name) === 'text').map(({ name }) => name));
  const unique = uniqueOf(table, id, kinds);
  return {
    type: typeOf.get(table.name) ?? '',
    table: table.name,
    file: fileOf.get(table.name) ?? '',
    id: 'of' in id ? { of: typeOf.get(id.of) ?? '', column: id.column } : id,
    fields,
    ...(unique.length > 0 && { unique }),
    ...(title !== undefined && { title }),
    created: findTime(values, 'created'),
    updated: findTime(values, 'updated'),
  };
}

function entryOf(
  table: InspectedTable,
  column: InspectedColumn,
  id: TableIdentity,
  { answers, references, synced, typeOf }: EntityContext,
): FileKind | FileField {
  const { name } = column;
  const isKey = identifying(id).includes(name);
  if (!isKey && localReason(table, column, answers) !== undefined) return 'local';
  const reference = references.find((each) => each.table === table.name && each.column === name);
  const target = reference && synced.get(reference.target);
  // Its number means nothing elsewhere.
  if (reference !== undefined && target === undefined && !isKey) return 'local';
  const as = lineName(
    name,
    table.columns.map((each) => each.name),
  );
  const to = reference && typeOf.get(reference.target);
  const isNullable =
    !column.isNotNull && !isKey && (!table.primaryKey.includes(name) || column.values.classes.null > 0);
  const field: FileField = {
    kind: to === undefined ? kindOf(column) : 'ref',
    ...(isNullable && { null: true }),
    ...(as !== undefined && { as }),
    ...(to !== undefined && { to }),
    ...(reference !== undefined && target !== undefined && keyColumn(target) !== reference.by && { by: reference.by }),
  };
  return Object.keys(field).length === 1 ? field.kind : field;
}

/** The unique keys beside the identity. One that has the identity in it says nothing more. */
function uniqueOf(
  { uniqueKeys }: InspectedTable,
  id: TableIdentity,
  kinds: ReadonlyMap<string, FileKind>,
): FileUnique[] {
  const found = new Map<string, FileUnique>();
  for (const { columns, isPartial } of uniqueKeys) {
    const named = columns.filter((name) => name !== undefined);
    const isWhole = !isPartial && named.length === columns.length;
    if (!isWhole || haveIdentity(named, id) || named.some((name) => (kinds.get(name) ?? 'local') === 'local')) continue;
    // A clash changes the last text.
    const last = named.findLast((name) => kinds.get(name) === 'text');
    const clash = last !== undefined && isGivenName(last) ? 'rename' : 'wait';
    found.set([...named].sort().join('\0'), { columns: named, clash });
  }
  return [...found.values()];
}
