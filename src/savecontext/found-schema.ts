import { SyncError } from '../errors.js';
import type { Sql } from '../store/sql.js';
import { savecontext } from './registry.js';
import type { WantedColumn, WantedSchema } from './wanted-schema.js';

/** What a database holds of the SaveContext schema, and what else. All names in lower case, as SQLite compares them. */
export interface FoundSchema {
  /** Every object that is there, as `table sessions` or `index idx_sessions_status`. */
  readonly objects: ReadonlySet<string>;
  /** The tables of the schema that are there. */
  readonly tables: readonly string[];
  /** Their columns, as `sessions.name`. */
  readonly columns: ReadonlySet<string>;
  /** The tables and views that are not part of the schema, as they are written. */
  readonly foreign: readonly string[];
  /** The versions that are recorded. */
  readonly versions: ReadonlySet<string>;
}

/** Reads {@link FoundSchema}; writes nothing. */
export function readFoundSchema(sql: Sql, wanted: WantedSchema): FoundSchema {
  const rows = sql
    .all('SELECT type, name FROM sqlite_schema')
    .map(([type, name]) => [String(type), String(name)] as const);
  const objects = new Set(rows.map((row) => row.join(' ').toLowerCase()));
  const ours = wanted.objects.flatMap(({ type, name }) => (type === 'table' ? [name] : []));
  const tables = ours.filter((name) => objects.has(`table ${name}`));
  // The columns of other tables are not asked for: that fails where a virtual table's module is not loaded.
  const columns = sql.all(
    'SELECT t.value, lower(c.name) FROM json_each(?) AS t, pragma_table_xinfo(t.value) AS c',
    JSON.stringify(tables),
  );
  const found = new Set(columns.map((column) => column.join('.')));
  const versions = found.has('schema_migrations.version') ? sql.all('SELECT version FROM schema_migrations') : [];
  return {
    objects,
    tables,
    columns: found,
    foreign: rows.filter(([type, name]) => isForeign(type, name.toLowerCase(), ours)).map(([, name]) => name),
    versions: new Set(versions.map(([version]) => String(version))),
  };
}

/** The columns that are missing in tables that are there. */
export function missingColumns(found: FoundSchema, wanted: WantedSchema): readonly WantedColumn[] {
  return wanted.columns.filter(
    ({ table, name }) => found.objects.has(`table ${table}`) && !found.columns.has(`${table}.${name}`),
  );
}

/**
 * Stops where a database cannot be completed.
 *
 * @throws SyncError `schema` where it is another program's, is older than what can be completed, or has a table that lacks a column
 * which cannot be added
 */
export function refuseOthers(found: FoundSchema, wanted: WantedSchema): void {
  refuseForeign(found, wanted);
  refuseTasks(found);
  refuseOtherForms(found, wanted);
}

function isForeign(type: string, name: string, ours: readonly string[]): boolean {
  if (name.startsWith('sqlite_') || name.startsWith('scsync_')) return false;
  return type === 'view' || (type === 'table' && !ours.includes(name));
}

/** The columns that later versions of the schema added. */
const ADDED_COLUMNS: ReadonlySet<string> = new Set([
  'context_items.fast_embedding_status',
  'context_items.fast_embedded_at',
  'plans.session_id',
  'plans.source_path',
  'plans.source_hash',
  'issues.close_reason',
]);

/**
 * Whether the database is one of SaveContext: a table of its records has all the columns that it had from the start, or its first
 * version is recorded. Names such as `sessions` and `schema_migrations` are common, so a name alone tells nothing; small tables
 * such as `dirty_issues` other programs have too, column for column.
 */
function isSaveContext(found: FoundSchema, wanted: WantedSchema): boolean {
  if (found.versions.has(wanted.versions[0] ?? '')) return true;
  const missing = wanted.columns
    .map(({ table, name }) => `${table}.${name}`)
    .filter((column) => !found.columns.has(column) && !ADDED_COLUMNS.has(column));
  return savecontext.entities.some(({ table }) => missing.every((column) => !column.startsWith(`${table}.`)));
}

function refuseForeign(found: FoundSchema, wanted: WantedSchema): void {
  const names = [...found.foreign, ...found.tables];
  if (names.length === 0 || isSaveContext(found, wanted)) return;
  const shown =
    names.length > 8 ? `${names.slice(0, 8).join(', ')} and ${String(names.length - 8)} more` : names.join(', ');
  throw new SyncError(
    'schema',
    `This is the database of another program: it holds ${shown}, and no table as SaveContext has it`,
    {
      hint: 'name the database of SaveContext, or a new file, with --db',
    },
  );
}

/** Renaming `tasks` is the one step of the reference's own history that would leave rows behind if it were only recorded. */
function refuseTasks({ objects, tables }: FoundSchema): void {
  if (!objects.has('table tasks') || tables.includes('issues') || tables.length === 0) return;
  throw new SyncError('schema', 'This database is from a version of SaveContext that kept issues in a table tasks', {
    hint: 'run any command of a current sc on it first, which renames the table',
  });
}

/** A table of another form cannot be completed, and half a table is worse than none. */
function refuseOtherForms(found: FoundSchema, wanted: WantedSchema): void {
  const details = missingColumns(found, wanted)
    .filter(({ isAddable }) => !isAddable)
    .map(({ table, name }) => `table ${table} lacks the column ${name}`);
  if (details.length === 0) return;
  throw new SyncError('schema', `This database has tables of another form: ${details[0] ?? ''}`, {
    details,
    hint: 'name the database of SaveContext, or a new file, with --db',
  });
}
