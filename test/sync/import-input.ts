import { MergeStrategy, planImport } from '../../src/sync/import/plan.js';
import type { ImportInput, ImportPlan } from '../../src/sync/import/plan.js';
import type { LossReason, ReasonedLoss } from '../../src/merge/loss.js';
import { canonicalBytes } from '../../src/merge/record.js';
import type { Content } from '../../src/record/content.js';
import type { Deleted, FileVersion, Present } from '../../src/record/version.js';
import { lineOf, sample, tombstoneOf } from '../record/samples.js';

/** A row, and so what a line of it says. */
export function row(title: string, updated = 200): Content {
  return sample('issue', { title, updated_at: updated });
}

/** The line of a row. */
export function line(title: string, stamp: number, updated = 200): FileVersion<Present> {
  return lineOf(row(title, updated), stamp);
}

/** The tombstone of that record. */
export function deleted(stamp: number, by?: string): FileVersion<Deleted> {
  return tombstoneOf('issue', 'issue_1', stamp, by);
}

/** The base, and what the row says unless a test says otherwise. */
export const B = line('base', 1000);

/** Plans three-way and for a file that was never seen, unless a test says otherwise. */
export function plan(input: Pick<ImportInput, 'file'> & Partial<ImportInput>): ImportPlan {
  return planImport({ strategy: MergeStrategy.ThreeWay, isSeen: false, base: B, state: B.content, ...input });
}

/** A title that lost. */
export function lost(why: LossReason, kept: string, value: string, base?: string): ReasonedLoss {
  const token = base === undefined ? null : `"${base}"`;
  return { why, loss: { field: 'title', base: token, kept: `"${kept}"`, lost: `"${value}"` } };
}

/** A record that lost whole. */
export function lostWhole(why: LossReason, content: Content): ReasonedLoss {
  return { why, loss: { field: null, base: null, kept: null, lost: canonicalBytes(content) } };
}
