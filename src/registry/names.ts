import type { EntityDefinition } from './entity.js';

/** Names that a line has beside the fields of its record. */
export const ENVELOPE: ReadonlySet<string> = new Set(['type', 'v', 'content_hash', 'exported_at']);

/** The file in which an export directory says which values lost, so that all clones learn of it; no type has it for its records. */
export const CONFLICTS_FILE = 'conflicts.jsonl';

/** Names that statistics, which are keyed by type, have beside the types. */
export const BESIDE_TYPES: ReadonlySet<string> = new Set([
  'total',
  'unknown',
  'notices',
  'problems',
  'dryRun',
  'files',
  'refused',
  'history',
  'shared',
  'lostElsewhere',
]);

/** The form of a name, and how it is said. */
export const NAME_FORMS = {
  type: { pattern: /^[A-Za-z][\w-]*$/, says: 'letters, digits, _ and -, and begin with a letter' },
  file: { pattern: /^\w[\w.-]*\.jsonl$/, says: 'a plain name that ends in .jsonl' },
  sql: { pattern: /^[^\0]+$/, says: 'a name without U+0000' },
} as const;

/** Tables with such a name are SQLite's own, or those of sync. */
export const RESERVED_TABLE = /^(?:sqlite_|scsync_)/i;

/** Every name that stands in SQL, with the table that it belongs to. */
export function namesInSql({
  table,
  fields,
}: Pick<EntityDefinition, 'table' | 'fields'>): [table: string, name: string][] {
  return [
    [table, table],
    ...Object.entries(fields).flatMap(([name, field]): [string, string][] => {
      // Nobody reads or writes a local column.
      if (field.kind !== 'set') return field.role === 'local' ? [] : [[table, name]];
      const { set } = field;
      const columns = [set.owner, ...Object.keys(set.element), ...(set.timestamps ?? [])];
      if (set.id !== undefined) columns.push(set.id.column);
      return [set.table, ...columns].map((column) => [set.table, column]);
    }),
  ];
}

/** True for a name that every object has without being given it. */
export function isInherited(name: string): boolean {
  return name in Object.prototype;
}

/** The first name that stands twice in a list, upper and lower case alike, as SQLite and some file systems take them. */
export function findTwice(names: readonly string[]): string | undefined {
  const lower = names.map((name) => name.toLowerCase());
  return names.find((_, index) => lower.indexOf(lower[index] ?? '') < index);
}
