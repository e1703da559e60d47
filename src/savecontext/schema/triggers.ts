import { MARKED_TABLES } from './local-tables.js';

/** One trigger of the schema. */
export interface TriggerDefinition {
  readonly name: string;
  readonly table: string;
  readonly event: 'INSERT' | 'UPDATE';
  /** What it does after each row. */
  readonly body: string;
}

/** The current time in milliseconds as the reference implementation takes it: cut to whole seconds. */
const NOW = "strftime('%s', 'now') * 1000";

/** The triggers by which the reference implementation keeps its dirty tables, and a session's time of change. */
export const TRIGGERS: readonly TriggerDefinition[] = [
  ...Object.entries(MARKED_TABLES).flatMap(([table, word]) =>
    (['INSERT', 'UPDATE'] as const).map((event) => ({
      name: `mark_${word}_dirty_${event.toLowerCase()}`,
      table,
      event,
      body: markDirty(`dirty_${table}`, `${word}_id`),
    })),
  ),
  {
    name: 'update_session_timestamp',
    table: 'context_items',
    event: 'INSERT',
    body: `UPDATE sessions SET updated_at = ${NOW} WHERE id = NEW.session_id`,
  },
];

/** The CREATE TRIGGER statement. */
export function createTrigger({ name, table, event, body }: TriggerDefinition): string {
  return `CREATE TRIGGER ${name} AFTER ${event} ON ${table} BEGIN ${body}; END`;
}

function markDirty(dirtyTable: string, key: string): string {
  // Not INSERT OR REPLACE: inside a trigger the conflict clause of the outer statement would override it.
  return `INSERT INTO ${dirtyTable} (${key}, marked_at) VALUES (NEW.id, ${NOW})
    ON CONFLICT (${key}) DO UPDATE SET marked_at = excluded.marked_at`;
}
