import type { ExportStats } from '../sync/export/stats.js';
import type { ImportStats, Notable, Notice } from '../sync/import/stats.js';
import { savecontext } from '../savecontext/registry.js';
import type { ByEntity } from '../sync/stats.js';
import type { SyncStatus } from '../sync/status.js';
import type { RecordKey } from '../record/record-key.js';
import { failure, grid, info, warning } from './outcome.js';
import type { Block, Line } from './outcome.js';

/** A number with its noun: `1 record`, `2 records`. */
export function count(n: number, noun: string, plural = `${noun}s`): string {
  return `${n} ${n === 1 ? noun : plural}`;
}

/** A record as people name it: `issue issue_1`. */
export function recordName({ type, id }: RecordKey): string {
  return `${type} ${id}`;
}

const NAMES: Readonly<Record<Notable, string>> = {
  conflicts: 'conflict',
  restored: 'restored',
  orphaned: 'orphaned',
  rolledBack: 'rolled back',
  renamed: 'renamed',
  skipped: 'skipped',
};

/** A record that must be named. */
export function describeNotice(notice: Notice): Line {
  // A line that cannot be read may have no id; its message says where it stands.
  if (notice.id === '?') return failure(`${NAMES[notice.what]}: ${notice.message}`);
  const isFailure = notice.what === 'orphaned' || notice.what === 'rolledBack' || notice.what === 'skipped';
  return (isFailure ? failure : warning)(`${NAMES[notice.what]}: ${recordName(notice)}: ${notice.message}`);
}

/** What an import did. */
export function describeImport(stats: ImportStats, dir: string): Block[] {
  const { created, updated, deleted } = stats.total;
  const did = [created && `${created} created`, updated && `${updated} updated`, deleted && `${deleted} deleted`];
  const changes = did.filter((part) => part !== 0).join(', ');
  const verb = stats.dryRun ? 'would import' : 'imported';
  const kept = `no record of the database changes by what is new in ${dir}`;
  return [
    info(
      changes !== '' ? `${verb} from ${dir}: ${changes}` : stats.notices.length > 0 ? kept : `nothing new in ${dir}`,
    ),
    ...table(stats),
    ...Object.entries(stats.unknown).map(([type, n]) =>
      warning(`${count(n, 'line')} of the unknown type ${JSON.stringify(type)} stay${n === 1 ? 's' : ''} in the files`),
    ),
    ...stats.notices.map(describeNotice),
  ];
}

/** What an export did. */
export function describeExport(stats: ExportStats, dir: string): Block[] {
  if (stats.refused.length > 0) return [];
  const { written, deleted } = stats.total;
  const did = [written && count(written, 'line'), deleted && count(deleted, 'deletion')].filter((part) => part !== 0);
  const verb = stats.dryRun ? 'would write' : 'wrote';
  const what = did.length > 0 ? did.join(' and ') : count(stats.files.length, 'file');
  return [
    info(stats.files.length === 0 && did.length === 0 ? 'nothing to export' : `${verb} ${what} to ${dir}`),
    ...table(stats),
    ...stats.files.map((file): Block => ({
      ...info(`${file.name}: ${count(file.lines, 'line')}, ${count(file.size, 'byte')}`),
      level: 'detail',
    })),
    ...(stats.history === null ? [] : [warning(`the old files were copied to ${stats.history}`)]),
  ];
}

/** Where a project stands. */
export function describeStatus(status: SyncStatus): Block[] {
  const head = ['', 'rows', 'to export', 'to import', 'conflicts', 'orphans'];
  const rows = Object.entries(status.entities).map(([type, entity]) =>
    [type, entity.rows, entity.pendingExport, entity.pendingImport, entity.conflicts, entity.orphans].map(String),
  );
  const files = status.files.map(({ name, lines, size }) => [name, String(lines), String(size)]);
  return [
    info(`project ${status.project}`),
    info(`files   ${status.dir}`),
    grid(head, rows, { right: [1, 2, 3, 4, 5] }),
    files.length === 0 ? info('no files yet') : grid(['file', 'lines', 'bytes'], files, { right: [1, 2] }),
    info(`${count(status.tombstones, 'deletion')} remembered`),
    ...(status.backfillNeeded ? [warning('never exported from here: the first export takes all rows')] : []),
    ...status.notices.filter(({ message }) => !status.problems.includes(message)).map(describeNotice),
    ...status.problems.map((problem) => failure(`problem: ${problem}`)),
    describeInSync(status.inSync),
  ];
}

/** The last word of `status` and `sync`. */
export function describeInSync(inSync: boolean, dryRun = false): Line {
  const would = dryRun ? 'would be ' : '';
  return inSync ? info(`${would}in sync`, 'good') : failure(dryRun ? 'would not be in sync' : 'not in sync');
}

/** Counts by type, for `--verbose`. */
function table(stats: ByEntity<Readonly<Record<string, number>>>): Block[] {
  const counts: Readonly<Record<string, Readonly<Record<string, number>>>> = stats;
  const names = Object.keys(stats.total);
  const rows = [...savecontext.entities.map(({ type }) => type), 'total'].map((type) => [
    type,
    ...names.map((name) => String(counts[type]?.[name] ?? 0)),
  ]);
  return [grid(['', ...names], rows, { right: names.map((_, index) => index + 1), level: 'detail' })];
}
