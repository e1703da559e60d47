import type { Deleted } from '../../record/version.js';
import type { SqlValue } from '../database.js';
import type { RecordKey } from '../../record/record-key.js';
import type { Sql } from '../sql.js';
import { BASE_COLUMNS, baseEntry, readBases } from './base.js';
import type { BaseEntry } from './base.js';
import { derivedStamp } from './derived.js';
import type { DerivedStamp } from './derived.js';
import type { Target } from './target.js';
import { TOMBSTONE_COLUMNS, hasTombstones, tombstoneOf } from './tombstones.js';

/** What is remembered of a record beside its row. */
export interface Known {
  /** The number of the record itself; null for one that was never seen. */
  readonly number: SqlValue;
  /** The number of its last change; 0 for a record that was never written. */
  readonly lastChange: number;
  readonly base: BaseEntry | undefined;
  /** Whether other targets have a base of it. */
  readonly hasOtherBases: boolean;
  readonly tombstone: Deleted | undefined;
  readonly derived: DerivedStamp | undefined;
}

/** What is known of a record that was never seen. */
export const UNKNOWN: Known = {
  number: null,
  lastChange: 0,
  base: undefined,
  hasOtherBases: false,
  tombstone: undefined,
  derived: undefined,
};

/** Whether no file ever had a record, as far as is known, and nothing is remembered of a deletion or of what it follows from. */
export function isUnknown({ base, hasOtherBases, tombstone, derived }: Known): boolean {
  return base === undefined && !hasOtherBases && tombstone === undefined && derived === undefined;
}

/** A SELECT of ids as `id`, and its parameters. */
export interface Ids {
  readonly sql: string;
  readonly parameters: readonly SqlValue[];
}

/**
 * What is remembered of many records of a type, by id, in one statement. Whether there is any base, any other directory, and any deletion, is
 * asked once a call: mostly there are not all of them, and then none is looked for at each record.
 *
 * @param actor who deleted what has no author yet
 */
export function readKnown(sql: Sql, target: Target, type: string, ids: Ids, actor: string): Map<string, Known> {
  const bases = sql.get(`SELECT 1 FROM scsync_base LIMIT 1`) === undefined ? NOTHING : basesIn(target);
  const tombstones = hasTombstones(sql, target.project) ? tombstonesIn(target, type) : NOTHING;
  const rows = sql.all(
    `SELECT k.id, r.n, coalesce(r.seq, 0), r.derived_stamp, r.derived_hash${bases.columns}${tombstones.columns}
     FROM (${ids.sql}) k LEFT JOIN scsync_records r ON r.type = ? AND r.id = k.id${bases.join}${tombstones.join}`,
    ...[...bases.ofColumns, ...ids.parameters, type, ...bases.ofJoin, ...tombstones.ofJoin],
  );
  const known = new Map<string, Known>();
  for (const row of rows) {
    const id = String(row[0]);
    const [isElsewhere, ...base] = row.slice(AHEAD, AHEAD + bases.width);
    known.set(id, {
      number: row[1] ?? null,
      lastChange: Number(row[2]),
      derived: derivedStamp(row[3], row[4]),
      hasOtherBases: isElsewhere === 1n,
      base: baseEntry(base),
      tombstone: tombstoneOf(sql, { type, id }, row.slice(AHEAD + bases.width), actor),
    });
  }
  return known;
}

/** So many columns come before those of the parts. */
const AHEAD = 5;

/** What a statement has for something else that is remembered, how many columns that is, and the parameters of its two places. */
interface Part {
  readonly width: number;
  readonly columns: string;
  readonly join: string;
  readonly ofColumns: readonly SqlValue[];
  readonly ofJoin: readonly SqlValue[];
}

const NOTHING: Part = { width: 0, columns: '', join: '', ofColumns: [], ofJoin: [] };

function basesIn({ id }: Target): Part {
  return {
    width: 6,
    columns: `, EXISTS (SELECT 1 FROM scsync_targets WHERE target <> ?)
      AND EXISTS (SELECT 1 FROM scsync_base o WHERE o.record = r.n AND o.target <> ?), ${BASE_COLUMNS}`,
    join: ` LEFT JOIN scsync_base b ON b.record = r.n AND b.target = ?`,
    ofColumns: [id, id],
    ofJoin: [id],
  };
}

function tombstonesIn({ project }: Target, type: string): Part {
  return {
    width: 3,
    columns: `, ${TOMBSTONE_COLUMNS}`,
    join: ` LEFT JOIN scsync_tombstones x ON x.project = ? AND x.type = ? AND x.id = k.id`,
    ofColumns: [],
    ofJoin: [project, type],
  };
}

/** The bases of a record in all targets, that of the given one first. */
export function allBases(sql: Sql, target: Target, key: RecordKey, known: Known): readonly BaseEntry[] {
  if (known.hasOtherBases) return readBases(sql, target, key);
  return known.base === undefined ? [] : [known.base];
}
