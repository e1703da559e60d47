import type { Registry } from '../../registry/entity.js';
import type { ByEntity } from '../stats.js';
import type { RecordKey } from '../../record/record-key.js';

/** What an import did with the records of one type. */
export interface EntityStats extends Readonly<Record<string, number>> {
  readonly created: number;
  readonly updated: number;
  readonly deleted: number;
  /** Lines that were left in their files: invalid ones, and those of records that belong to another project here. */
  readonly skipped: number;
  /** Records of which a value lost and is in the journal. */
  readonly conflicts: number;
  /** Records that the files lack: the next export puts them back. */
  readonly restored: number;
  /** Lines whose parent is neither here nor known to be deleted: they wait in their files. */
  readonly orphaned: number;
  /** Records whose old version stands in the files: the database's was kept. */
  readonly rolledBack: number;
  /** Records that got another natural key, since an older record has theirs. */
  readonly renamed: number;
  /** Records that are another number here than where they were made. */
  readonly renumbered: number;
}

/** The kinds of outcome that name their records. */
export type Notable = 'conflicts' | 'restored' | 'orphaned' | 'rolledBack' | 'renamed' | 'renumbered' | 'skipped';

/** A record that an import has something to say of. */
export interface Notice extends RecordKey {
  readonly what: Notable;
  readonly message: string;
}

/** The outcome of an import, keyed by type tag, with totals beside. */
export type ImportStats<R extends Registry = Registry> = ByEntity<EntityStats, R> & {
  /** Lines of types that the registry does not know, by type: kept in their files. */
  readonly unknown: Readonly<Record<string, number>>;
  /** What must be named: each record that was restored, renamed, rolled back, orphaned, skipped, or lost a value. */
  readonly notices: readonly Notice[];
  /** Values that lost in merges of other clones, and are new in the journal of this database. */
  readonly lostElsewhere: number;
  /** Problems of the lines that were skipped, `file:line: what`. */
  readonly problems: readonly string[];
  readonly dryRun: boolean;
};

/** Counts of nothing. */
export const NO_ENTITY_STATS = {
  created: 0,
  updated: 0,
  deleted: 0,
  skipped: 0,
  conflicts: 0,
  restored: 0,
  orphaned: 0,
  rolledBack: 0,
  renamed: 0,
  renumbered: 0,
} satisfies EntityStats;
