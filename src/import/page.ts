import type { Entity } from '../registry/entity.js';
import type { ImportContext } from './context.js';
import type { SkippedLine } from './stage.js';

const PAGE = 500;

/** A line in the files. */
export interface FoundLine {
  readonly file: string;
  /** Its number in the file; 0 where it is known without reading the file. */
  readonly line: number;
  readonly raw: string;
}

/** A record to decide, and what there is of it: looked up for many records at once. */
export interface PageEntry {
  readonly id: string;
  readonly staged: readonly FoundLine[];
  readonly hasRow: boolean;
  readonly hasBase: boolean;
  readonly hasTombstone: boolean;
  readonly isAbsent: boolean;
}

/** The records of an entity that the first pass laid out, in the order of their ids. */
export function* pagesOf(context: ImportContext, entity: Entity): Generator<PageEntry> {
  const { sql, target } = context;
  let after: string | undefined;
  for (;;) {
    const from = after === undefined ? 'id >= ?2' : 'id > ?2';
    const keys = sql.all(
      `SELECT k.id,
         EXISTS (SELECT 1 FROM ${entity.table} t WHERE t.${entity.key} = k.id),
         EXISTS (SELECT 1 FROM scsync_base b WHERE b.type = ?1 AND b.id = k.id AND b.target = ?3),
         EXISTS (SELECT 1 FROM scsync_tombstones x WHERE x.project = ?4 AND x.type = ?1 AND x.id = k.id),
         EXISTS (SELECT 1 FROM temp.scsync_absent a WHERE a.type = ?1 AND a.id = k.id)
       FROM (SELECT id FROM temp.scsync_staged WHERE type = ?1 AND ${from}
             UNION SELECT id FROM temp.scsync_absent WHERE type = ?1 AND ${from} ORDER BY id LIMIT ${PAGE}) k
       ORDER BY k.id`,
      entity.type,
      after ?? '',
      target.id,
      target.project,
    );
    const first = keys[0]?.[0];
    const last = keys.at(-1)?.[0];
    if (first === undefined || last === undefined) return;
    const lines = stagedLines(context, entity.type, String(first), String(last));
    for (const [id, row, base, tombstone, absent] of keys) {
      after = String(id);
      yield {
        id: after,
        staged: lines.get(after) ?? [],
        hasRow: row === 1n,
        hasBase: base === 1n,
        hasTombstone: tombstone === 1n,
        isAbsent: absent === 1n,
      };
    }
    if (keys.length < PAGE) return;
  }
}

/** Records of an entity that the files only delete, while they have a row: to be deleted before their parents take them along. */
export function deletedChildren(context: ImportContext, entity: Entity): PageEntry[] {
  const { sql, registry } = context;
  return sql
    .all(
      `SELECT s.id, EXISTS (SELECT 1 FROM temp.scsync_absent a WHERE a.type = ?1 AND a.id = s.id)
       FROM temp.scsync_staged s JOIN ${entity.table} t ON t.${entity.key} = s.id WHERE s.type = ?1
       GROUP BY s.id HAVING min(s.file) = ?2 AND max(s.file) = ?2 ORDER BY s.id`,
      entity.type,
      registry.deletionsFile,
    )
    .map(([key, absent]) => {
      const id = String(key);
      const staged = stagedLines(context, entity.type, id, id).get(id) ?? [];
      return { id, staged, hasRow: true, hasBase: true, hasTombstone: false, isAbsent: absent === 1n };
    });
}

function stagedLines({ sql }: ImportContext, type: string, first: string, last: string): Map<string, FoundLine[]> {
  const lines = new Map<string, FoundLine[]>();
  for (const [id, file, line, raw] of sql.all(
    `SELECT id, file, line, raw FROM temp.scsync_staged WHERE type = ? AND id >= ? AND id <= ? ORDER BY id, rowid`,
    type,
    first,
    last,
  )) {
    const found = { file: String(file), line: Number(line), raw: String(raw) };
    const others = lines.get(String(id));
    if (others === undefined) lines.set(String(id), [found]);
    else others.push(found);
  }
  return lines;
}

/** How a line that cannot be read is reported. */
export function skippedLine(
  type: string,
  id: string,
  { file, line }: FoundLine,
  problem: string,
  code: SkippedLine['code'],
): SkippedLine {
  return { key: { type, id }, code, problem: `${file}:${line}: ${problem}` };
}
