import { readFoundSchema } from './schema/found-schema.js';
import { planUpgrade } from './schema/upgrade-plan.js';
import type { Sql } from '../store/sql.js';

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
  if (planUpgrade(readFoundSchema(sql), now).length === 0) return [];
  return sql.transaction('immediate', () => {
    // Read once more under the lock: another process may have done the same work meanwhile.
    const steps = planUpgrade(readFoundSchema(sql), now);
    for (const { sql: statement, parameters = [] } of steps) sql.run(statement, ...parameters);
    return steps.flatMap(({ adds }) => adds ?? []);
  });
}
