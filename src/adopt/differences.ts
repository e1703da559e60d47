import { fieldOf } from '../registry/file.js';
import type { FileEntity, FileField, FileKind, RegistryFile } from '../registry/file.js';
import { memberOf } from '../registry/file-shape.js';
import { isSameIdentity, newKeys } from './keep.js';

/** What a database has and its registry does not, or the other way round. */
export interface Difference {
  readonly says: string;
  /** What to change in the registry. */
  readonly edit: string;
}

/** Compares a registry with what it would be for the database as it is now. */
export function differences(registry: RegistryFile, now: RegistryFile): Difference[] {
  return [...ofTables(registry, now), ...registry.entities.flatMap((entity, index) => ofColumns(entity, index, now))];
}

function placesOf({ entities, local, derived }: RegistryFile): Map<string, string> {
  return new Map([
    ...entities.map(({ table }) => [table.toLowerCase(), 'entities'] as const),
    ...local.map((table) => [table.toLowerCase(), 'local'] as const),
    ...derived.map((table) => [table.toLowerCase(), 'derived'] as const),
  ]);
}

function ofTables(registry: RegistryFile, now: RegistryFile): Difference[] {
  const [known, found] = [placesOf(registry), placesOf(now)];
  const all = [registry, now].map(({ entities, local, derived }) => [
    ...entities.map(({ table }) => table),
    ...local,
    ...derived,
  ]);
  const [old = [], present = []] = all;
  return [
    ...present.flatMap((table) => {
      const [before, place = ''] = [known.get(table.toLowerCase()), found.get(table.toLowerCase())];
      if (before === place) return [];
      const says =
        before === undefined ? `the table ${table} is new` : `the table ${table} can be no part of ${before}`;
      return [{ says, edit: `put it into ${place}` }];
    }),
    ...old.flatMap((table) => {
      if (found.has(table.toLowerCase())) return [];
      return [{ says: `the table ${table} is gone`, edit: `take it out of ${known.get(table.toLowerCase()) ?? ''}` }];
    }),
  ];
}

function ofColumns(entity: FileEntity, index: number, { entities }: RegistryFile): Difference[] {
  const now = entities.find(({ table }) => table.toLowerCase() === entity.table.toLowerCase());
  if (now === undefined) return [];
  const where = `entities[${index}]`;
  if (!isSameIdentity(now.id, entity.id)) {
    const edit = `${where}.id: ${JSON.stringify(now.id)}`;
    return [{ says: `${entity.table}: the columns that identify a row are others`, edit }];
  }
  const fields = `${where}.fields`;
  const said = (column: string, entry: FileKind | FileField): string =>
    `${memberOf(fields, column)}: ${JSON.stringify(entry)}`;
  return [
    ...Object.entries(now.fields).flatMap(([column, entry]): Difference[] => {
      const known = Object.hasOwn(entity.fields, column) ? entity.fields[column] : undefined;
      const place = `the column ${entity.table}.${column}`;
      if (known === undefined) return [{ says: `${place} is new`, edit: said(column, entry) }];
      if (JSON.stringify(fieldOf(known)) === JSON.stringify(fieldOf(entry))) return [];
      return [{ says: `${place} does not hold what the registry says`, edit: said(column, entry) }];
    }),
    ...Object.keys(entity.fields).flatMap((column): Difference[] =>
      Object.hasOwn(now.fields, column)
        ? []
        : [{ says: `the column ${entity.table}.${column} is gone`, edit: `take ${memberOf(fields, column)} out` }],
    ),
    ...newKeys(entity.unique ?? [], now.unique ?? []).map((key) => ({
      says: `${entity.table}.${key.columns.join(', ')}: is unique now`,
      edit: `${where}.unique: add ${JSON.stringify(key)}`,
    })),
  ];
}
