import type { SqlValue } from '../store/database.js';
import type { Sql } from '../store/sql.js';
import { missingColumns, readFoundSchema, refuseOthers } from './found-schema.js';
import { wantedSchema } from './wanted-schema.js';

/** One statement of an upgrade. */
interface UpgradeStep {
  readonly sql: string;
  readonly parameters?: readonly SqlValue[];
  /** What the step adds, in words; undefined where it belongs to a table that is added as a whole. */
  readonly adds?: string | undefined;
}

/**
 * Completes a database to the schema of SaveContext, so that its own program `sc` (0.1.31) works on it: adds missing tables,
 * columns, indexes, views, triggers and recorded versions, leaves alone what is there, and does so wholly or not at all. An empty
 * database becomes a new one.
 *
 * @param now milliseconds since 1970, recorded as the time of added versions
 * @returns what was added, for example `column issues.close_reason`; a new table stands for all that belongs to it. Empty where
 * nothing was missing, and then nothing was written.
 * @throws SyncError `schema` where the database is another program's or cannot be completed; nothing was written
 */
export function upgradeSchema(sql: Sql, now: number): readonly string[] {
  if (planUpgrade(sql, now).length === 0) return [];
  return sql.transaction('immediate', () => {
    // Read once more under the lock: another process may have done the same work meanwhile.
    const steps = planUpgrade(sql, now);
    for (const { sql: statement, parameters = [] } of steps) sql.run(statement, ...parameters);
    return steps.flatMap(({ adds }) => adds ?? []);
  });
}

/** The steps that complete a database, none where it is complete. */
function planUpgrade(sql: Sql, now: number): readonly UpgradeStep[] {
  const wanted = wantedSchema();
  const found = readFoundSchema(sql, wanted);
  refuseOthers(found, wanted);
  const isThere = (table: string): boolean => found.tables.includes(table);
  const missing = (wantedType: string): readonly UpgradeStep[] =>
    wanted.objects
      .filter(({ type, name }) => type === wantedType && !found.objects.has(`${type} ${name}`))
      .map(({ type, name, table, sql: statement }) => ({
        sql: statement,
        adds: name === table || isThere(table) ? `${type} ${name}` : undefined,
      }));
  const versions = wanted.versions.filter((version) => !found.versions.has(version));
  return [
    // Before the columns, for ALTER TABLE refuses to work beside a trigger whose table is missing.
    ...missing('table'),
    ...missingColumns(found, wanted).map(({ table, name, definition }) => ({
      sql: `ALTER TABLE ${table} ADD COLUMN ${definition}`,
      adds: `column ${table}.${name}`,
    })),
    ...missing('index'),
    ...missing('view'),
    ...missing('trigger'),
    ...(isThere('embeddings_meta') ? [] : wanted.settings).map(([key, value]) => ({
      sql: 'INSERT INTO embeddings_meta (key, value, updated_at) VALUES (?, ?, ?)',
      parameters: [key, value, BigInt(now)],
    })),
    ...versions.map((version) => ({
      sql: 'INSERT INTO schema_migrations (version, applied_at) VALUES (?, ?)',
      parameters: [version, BigInt(now)],
      adds: isThere('schema_migrations') ? `version ${version}` : undefined,
    })),
  ];
}
