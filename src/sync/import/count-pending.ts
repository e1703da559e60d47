import type { Sql } from '../../store/sql.js';

/**
 * How many records of each type a dry run of an import has something to do with: those that it wrote or named, and those whose lines the next
 * export writes anew for it. A line that another program only wrote in its own way is none, and neither is a deletion of what was never here.
 *
 * @param touched the records that it wrote or named, as `type/id`; those of the files come into it
 * @param newest the number of the newest change before the import
 */
export function countPending(sql: Sql, touched: Set<string>, newest: number): ReadonlyMap<string, number> {
  const others = sql.all(
    `SELECT s.type || '/' || s.id FROM temp.scsync_staged s
       LEFT JOIN scsync_records r ON r.type = s.type AND r.id = s.id
       WHERE s.raw IS NOT NULL AND NOT EXISTS (SELECT 1 FROM scsync_tombstones t WHERE t.type = s.type AND t.id = s.id)
       GROUP BY s.type, s.id HAVING count(*) > 1 OR max(r.seq) > ?
     UNION SELECT type || '/' || id FROM temp.scsync_staged WHERE gone = 1`,
    newest,
  );
  for (const [key] of others) touched.add(String(key));
  const counts = new Map<string, number>();
  for (const key of touched) {
    const type = key.slice(0, key.indexOf('/'));
    counts.set(type, (counts.get(type) ?? 0) + 1);
  }
  return counts;
}
