import { SyncError } from '../../errors.js';
import { columnOf } from '../../registry/field.js';
import type { Registry } from '../../registry/entity.js';
import { isMapped, keyColumns } from '../../store/identity.js';
import type { Sql } from '../../store/sql.js';
import { sqlName } from '../../store/sql-name.js';
import { forgetStaleKeys } from '../../store/knowledge/name-rows.js';
import { PREFIX } from '../../store/knowledge/triggers.js';
import { writesOf } from '../../store/trigger-writes.js';

/** From so many records on, making our triggers anew costs less than what they log. */
const LARGE = 2000;

/**
 * Takes away the triggers of other programs that write what is synced (the reference's sets a session's
 * `updated_at` whenever an item is inserted), and gives what puts them back exactly. Both within the transaction of the
 * import, so that nobody else ever sees them missing. Triggers that keep local columns, or other tables, go on. A large import does without
 * ours too, since it counts what it changes by itself. So does one that gives rows their ids: a number that it takes from one record and gives
 * to another would be told apart only afterwards, when both are known by other means.
 */
export function suspendTriggers(sql: Sql, registry: Registry, records: number): () => void {
  const synced = syncedColumns(registry);
  const isSilent = records >= LARGE || registry.entities.some(isMapped);
  const isSynced = (ddl: string): boolean =>
    writesOf(ddl).some(({ table, columns }) => {
      const known = synced.get(table);
      return known !== undefined && (columns === undefined || columns.some((column) => known.has(column)));
    });
  const suspended = sql
    .all(`SELECT name, sql FROM sqlite_master WHERE type = 'trigger'`)
    .map(([name, ddl]) => ({ name: String(name), ddl: String(ddl) }))
    .filter(({ name, ddl }) => (name.startsWith(PREFIX) ? isSilent : isSynced(ddl)));
  for (const { name } of suspended) sql.exec(`DROP TRIGGER ${sqlName(name)}`);
  return () => {
    for (const { ddl } of suspended) sql.exec(ddl);
    const resting = suspended.filter(({ name }) => !name.startsWith(PREFIX));
    remakeIndexes(sql, new Set(resting.flatMap(({ ddl }) => writesOf(ddl).map(({ table }) => table))));
    if (records >= LARGE) forgetStaleKeys(sql, registry);
  };
}

/** A full-text index that holds no text of its own, by its `CREATE VIRTUAL TABLE` statement. */
const INDEX_OF_ROWS = /\busing\s+fts[45]\b[\s\S]*\bcontent\s*=\s*["'`[]?\w/i;

/**
 * Makes full-text indexes anew that triggers kept which rested. SQLite takes an index without a row that goes for damage, so that the program
 * could change none of the rows that came. An index that cannot be made is the program's to mend.
 */
function remakeIndexes(sql: Sql, written: ReadonlySet<string>): void {
  if (written.size === 0) return;
  for (const [name, ddl] of sql.all(`SELECT name, sql FROM sqlite_master WHERE type = 'table' AND rootpage = 0`)) {
    if (!written.has(String(name).toLowerCase()) || !INDEX_OF_ROWS.test(String(ddl))) continue;
    const index = sqlName(String(name));
    try {
      sql.transaction('immediate', () => sql.run(`INSERT INTO ${index} (${index}) VALUES ('rebuild')`));
    } catch (error) {
      if (!(error instanceof SyncError) || error.code !== 'database') throw error;
    }
  }
}

/** The columns of each table that an import writes, all in lower case, as SQLite takes names. */
function syncedColumns({ entities }: Registry): ReadonlyMap<string, ReadonlySet<string>> {
  const lower = (names: readonly string[]): ReadonlySet<string> => new Set(names.map((name) => name.toLowerCase()));
  return new Map(
    entities.flatMap((entity): [string, ReadonlySet<string>][] => [
      [
        entity.table.toLowerCase(),
        lower([...keyColumns(entity), ...entity.synced.flatMap(({ name, field }) => columnOf(name, field) ?? [])]),
      ],
      ...entity.synced.flatMap(({ field }): [string, ReadonlySet<string>][] => {
        if (field.kind !== 'set') return [];
        const { owner, element, id, timestamps = [] } = field.set;
        const own = id === undefined ? [] : [id.column];
        return [[field.set.table.toLowerCase(), lower([owner, ...Object.keys(element), ...own, ...timestamps])]];
      }),
    ]),
  );
}
