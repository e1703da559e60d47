import { SyncError } from '../../errors.js';
import { savecontext } from '../registry.js';
import type { Sql } from '../../store/sql.js';
import { LOCAL_TABLES, MIGRATIONS_TABLE } from './local-tables.js';
import { MIGRATIONS } from './seed-rows.js';
import { SYNCED_TABLES } from './synced-tables.js';
import { columnName, type TableDefinition } from './table-definition.js';

/** All tables of the SaveContext schema, parents first. */
export const TABLES: readonly TableDefinition[] = [...SYNCED_TABLES, ...LOCAL_TABLES];

/** What a database holds of the SaveContext schema, and what else. All names in lower case, as SQLite compares them. */
export interface FoundSchema {
  /** The columns of those tables of the schema that are there. */
  readonly columns: ReadonlyMap<string, ReadonlySet<string>>;
  /** Every object that is there, as `table sessions` or `index idx_sessions_status`. */
  readonly objects: ReadonlySet<string>;
  /** The tables and views that are not part of the schema, as they are written. */
  readonly foreign: readonly string[];
  /** The versions that are recorded. */
  readonly migrations: ReadonlySet<string>;
}

/** Reads {@link FoundSchema}; writes nothing. */
export function readFoundSchema(sql: Sql): FoundSchema {
  const objects = sql
    .all('SELECT type, name FROM sqlite_schema')
    .map(([type, name]) => [String(type), String(name)] as const);
  const tables = new Set(objects.filter(([type]) => type === 'table').map(([, name]) => name.toLowerCase()));
  const columns = new Map<string, ReadonlySet<string>>();
  for (const { name } of TABLES) {
    if (tables.has(name)) columns.set(name, readColumns(sql, name));
  }
  const recorded = columns.get(MIGRATIONS_TABLE.name)?.has('version') === true;
  return {
    columns,
    objects: new Set(objects.map((object) => object.join(' ').toLowerCase())),
    foreign: objects.filter(([type, name]) => isForeign(type, name)).map(([, name]) => name),
    migrations: new Set(
      recorded ? sql.all('SELECT version FROM schema_migrations').map(([version]) => String(version)) : [],
    ),
  };
}

/** Whether the database holds nothing but, at most, this package's own bookkeeping. */
function isEmpty(found: FoundSchema): boolean {
  return found.columns.size === 0 && found.foreign.length === 0;
}

/**
 * Whether the database is one of SaveContext: a table of its records has all the columns that it had from the start, or its first
 * version is recorded. Names such as `sessions` and `schema_migrations` are common, so a name alone tells nothing; small tables
 * such as `dirty_issues` other programs have too, column for column.
 */
function isSaveContext(found: FoundSchema): boolean {
  if (found.migrations.has(MIGRATIONS[0] ?? '')) return true;
  const records = new Set(savecontext.entities.map(({ table }) => table));
  return SYNCED_TABLES.filter(({ name }) => records.has(name)).some(({ name, columns }) =>
    columns.every((definition) => found.columns.get(name)?.has(columnName(definition)) === true),
  );
}

/**
 * Stops where the database is neither empty nor one of SaveContext.
 *
 * @throws SyncError `schema`, saying which tables were found
 */
export function refuseForeign(found: FoundSchema): void {
  if (isEmpty(found) || isSaveContext(found)) return;
  const names = [...found.foreign, ...found.columns.keys()];
  const shown =
    names.length > 8 ? `${names.slice(0, 8).join(', ')} and ${String(names.length - 8)} more` : names.join(', ');
  throw new SyncError(
    'schema',
    `This is the database of another program: it holds ${shown}, and no table as SaveContext has it.`,
    {
      hint: 'Name the database of SaveContext, or a file that does not exist yet, with --db.',
    },
  );
}

function readColumns(sql: Sql, table: string): ReadonlySet<string> {
  return new Set(sql.all('SELECT name FROM pragma_table_info(?)', table).map(([name]) => String(name).toLowerCase()));
}

function isForeign(type: string, name: string): boolean {
  const lower = name.toLowerCase();
  if (type !== 'table' && type !== 'view') return false;
  if (lower.startsWith('sqlite_') || lower.startsWith('scsync_')) return false;
  return type === 'view' || TABLES.every((table) => table.name !== lower);
}
