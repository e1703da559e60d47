import type { Registry } from '../../registry/entity.js';
import type { ByEntity } from '../stats.js';
import type { RecordKey } from '../../record/record-key.js';
import type { GuardFinding } from './guard.js';

/** What an export did with the records of one type. */
export interface ExportCounts extends Readonly<Record<string, number>> {
  /** Lines that were written anew. */
  readonly written: number;
  /** Records whose deletion was written. */
  readonly deleted: number;
  /** Records that were looked at, and whose line was right already. */
  readonly unchanged: number;
}

/** One file of an export directory. */
export interface ExportFileInfo {
  readonly name: string;
  readonly path: string;
  /** Bytes. */
  readonly size: number;
  /** Lines that are not blank. */
  readonly lines: number;
}

/** A record that an export must not write. */
export type RefusedRecord =
  /** `unseen`: its version in the files was never imported. `private`: it is private now, and was exported before. */
  | (RecordKey & { readonly why: 'unseen' | 'private' })
  /** What the guard found in a value. */
  | (GuardFinding & { readonly why: 'secret' });

/** The outcome of an export, keyed by type tag, with totals beside. */
export type ExportStats<R extends Registry = Registry> = ByEntity<ExportCounts, R> & {
  /** The files that were written. */
  readonly files: readonly ExportFileInfo[];
  /** Values that lost, and that the files now say so of, or that somebody took or dropped them. */
  readonly shared: number;
  /** Records that must not be written. When there are any, nothing was written. */
  readonly refused: readonly RefusedRecord[];
  /** Where the old files were copied to before they were overwritten by force. */
  readonly history: string | null;
  readonly dryRun: boolean;
};

/** How far a long operation is. */
export interface Progress {
  readonly phase: 'export' | 'read' | 'import';
  readonly done: number;
  readonly total: number;
}
