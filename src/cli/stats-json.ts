import { BESIDE_TYPES } from '../registry/names.js';
import type { ExportStats } from '../sync/export/stats.js';
import type { ImportStats } from '../sync/import/stats.js';
import type { SyncOutcome } from '../sync/sync.js';

/** What statistics have beside the counts of each type. */
const OTHERS: ReadonlySet<string> = new Set([...BESIDE_TYPES].filter((name) => name !== 'total'));

/** What an import or an export did, for programs. Counts by type lie in `entities` everywhere; whether it was a dry run is said once. */
export function statsJson(stats: ImportStats | ExportStats): object {
  const members = Object.entries(stats).filter(([name]) => name !== 'dryRun');
  return {
    entities: Object.fromEntries(members.filter(([name]) => !OTHERS.has(name))),
    ...Object.fromEntries(members.filter(([name]) => OTHERS.has(name))),
  };
}

/** What a sync did, for programs. Where both sides stand after it is what `status` is for. */
export function syncJson(outcome: SyncOutcome, problems: readonly string[]): object {
  const { import: imported, export: exported, inSync } = outcome;
  return { import: statsJson(imported), export: statsJson(exported), problems, inSync };
}
