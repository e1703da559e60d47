import { SyncError } from '../../errors.js';
import type { SqlValue } from '../../store/database.js';
import { type FoundSchema, refuseForeign, TABLES } from './found-schema.js';
import { MIGRATIONS_TABLE } from './local-tables.js';
import { EMBEDDING_SETTINGS, MIGRATIONS } from './seed-rows.js';
import { columnName, columnsOf, createTable, type TableDefinition } from './table-definition.js';
import { createTrigger, TRIGGERS } from './triggers.js';
import { VIEWS } from './views.js';

/** One statement of an upgrade. */
export interface UpgradeStep {
  readonly sql: string;
  readonly parameters?: readonly SqlValue[];
  /** What the step adds, in words; undefined where it belongs to a table that is added as a whole. */
  readonly adds?: string;
}

/**
 * The steps that complete a database to the SaveContext schema, none where it is complete. What is there is left alone.
 *
 * @param now the time, in milliseconds since 1970, to record for added versions
 * @throws SyncError `schema` where the database is another program's, is older than what can be completed, or has a table that
 * lacks a column which cannot be added
 */
export function planUpgrade(found: FoundSchema, now: number): readonly UpgradeStep[] {
  refuseForeign(found);
  refuseTasks(found);
  refuseOtherForms(found);
  const created = new Set(TABLES.map(({ name }) => name).filter((name) => !found.columns.has(name)));
  const unlessCreated = (table: string, adds: string): Pick<UpgradeStep, 'adds'> =>
    created.has(table) ? {} : { adds };
  return [
    // Before the columns, for ALTER TABLE refuses to work beside a trigger whose table is missing.
    ...TABLES.filter(({ name }) => created.has(name)).map((table) => ({
      sql: createTable(table),
      adds: `table ${table.name}`,
    })),
    ...TABLES.flatMap((table) => addColumns(table, found)),
    ...TABLES.flatMap(({ name: table, indexes = {} }) =>
      missing(Object.entries(indexes), 'index', found).map(([name, columns]) => ({
        sql: `CREATE INDEX ${name} ON ${table} (${columns})`,
        ...unlessCreated(table, `index ${name}`),
      })),
    ),
    ...missing(Object.entries(VIEWS), 'view', found).map(([name, select]) => ({
      sql: `CREATE VIEW ${name} AS ${select}`,
      adds: `view ${name}`,
    })),
    ...TRIGGERS.filter(({ name }) => !found.objects.has(`trigger ${name}`)).map((trigger) => ({
      sql: createTrigger(trigger),
      ...unlessCreated(trigger.table, `trigger ${trigger.name}`),
    })),
    ...(created.has('embeddings_meta') ? embeddingSettings(now) : []),
    ...MIGRATIONS.filter((version) => !found.migrations.has(version)).map((version) => ({
      sql: 'INSERT INTO schema_migrations (version, applied_at) VALUES (?, ?)',
      parameters: [version, BigInt(now)],
      ...unlessCreated(MIGRATIONS_TABLE.name, `version ${version}`),
    })),
  ];
}

function addColumns(table: TableDefinition, found: FoundSchema): readonly UpgradeStep[] {
  return missingColumns(table, found).map((definition) => ({
    sql: `ALTER TABLE ${table.name} ADD COLUMN ${definition}`,
    adds: `column ${table.name}.${columnName(definition)}`,
  }));
}

function embeddingSettings(now: number): readonly UpgradeStep[] {
  return Object.entries(EMBEDDING_SETTINGS).map(([key, value]) => ({
    sql: 'INSERT INTO embeddings_meta (key, value, updated_at) VALUES (?, ?, ?)',
    parameters: [key, value, BigInt(now)],
  }));
}

/** Renaming `tasks` is the one step of the reference's own history that would leave rows behind if it were only recorded. */
function refuseTasks(found: FoundSchema): void {
  if (!found.objects.has('table tasks') || found.columns.has('issues') || found.columns.size === 0) return;
  throw new SyncError(
    'schema',
    'This database is from a version of SaveContext that still kept issues in a table tasks.',
    {
      hint: 'Run any command of a current `sc` on it first, which renames the table.',
    },
  );
}

/** A table of another form cannot be completed, and half a table is worse than none. */
function refuseOtherForms(found: FoundSchema): void {
  const details = TABLES.flatMap((table) =>
    missingColumns(table, found)
      .filter((definition) => !isAddable(definition))
      .map((definition) => `table ${table.name} lacks the column ${columnName(definition)}`),
  );
  if (details.length === 0) return;
  throw new SyncError('schema', `This database has tables of another form: ${details[0] ?? ''}.`, {
    details,
    hint: 'Name the database of SaveContext, or a file that does not exist yet, with --db.',
  });
}

/** The definitions of the columns that a table lacks; none where the table itself is missing. */
function missingColumns(table: TableDefinition, found: FoundSchema): readonly string[] {
  const columns = found.columns.get(table.name);
  return columns === undefined ? [] : columnsOf(table).filter((definition) => !columns.has(columnName(definition)));
}

/** What ALTER TABLE ADD COLUMN accepts; https://sqlite.org/lang_altertable.html, section 6. */
function isAddable(definition: string): boolean {
  if (/PRIMARY KEY|UNIQUE|DEFAULT \(/.test(definition)) return false;
  return !definition.includes('NOT NULL') || definition.includes('DEFAULT');
}

function missing<T>(
  entries: readonly (readonly [string, T])[],
  type: string,
  found: FoundSchema,
): readonly (readonly [string, T])[] {
  return entries.filter(([name]) => !found.objects.has(`${type} ${name}`));
}
