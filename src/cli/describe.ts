import type { Finding } from '../files/check-file.js';
import type { ExportStats } from '../sync/export/stats.js';
import { WHOLE_DATABASE } from '../registry/entity.js';
import { BESIDE_TYPES } from '../registry/names.js';
import type { ImportStats, Notable, Notice } from '../sync/import/stats.js';
import type { ByEntity } from '../sync/stats.js';
import type { SyncStatus } from '../sync/status.js';
import type { RecordKey } from '../record/record-key.js';
import { callLine, failure, grid, info, next, warning } from './outcome.js';
import type { Block, Line } from './outcome.js';

/** A number with its noun: `1 record`, `2 records`. */
export function count(n: number, noun: string, plural = `${noun}s`): string {
  return `${n} ${n === 1 ? noun : plural}`;
}

/** A record by its type and id, where its title must not be told, or is not known. */
export function recordName({ type, id }: RecordKey): string {
  return `${type} ${id}`;
}

/** What people call a record. */
export type Call = (record: RecordKey) => string;

/** What a session says with: names of records, and commands that can be copied. */
interface Words {
  readonly called: Call;
  call(...words: readonly string[]): string;
}

/** What somebody must look at, with its place. */
export function findingText({ file, line, record, says }: Finding): string {
  const place = line === undefined ? file : `${file}:${line}`;
  return `${place}: ${record === undefined ? '' : `${recordName(record)}: `}${says}`;
}

const FAILURES: ReadonlySet<Notable> = new Set(['orphaned', 'rolledBack', 'skipped']);

/** A record that must be named. A line that cannot be read may have no id; its message says where it stands. */
export function describeNotice(notice: Notice, called: Call): Line {
  const text = notice.id === '?' ? notice.message : `${called(notice)}: ${notice.message}`;
  return (FAILURES.has(notice.what) ? failure : warning)(text);
}

/** Counts with what they count, of those that are not zero: `2 created, 1 deleted`. */
function countsOf(counts: Readonly<Record<string, number>>): string {
  return Object.entries(counts)
    .flatMap(([what, n]) => (n === 0 ? [] : [`${n} ${what}`]))
    .join(', ');
}

/** What an import did; nothing where it did nothing. */
export function describeImport(stats: ImportStats, called: Call): Block[] {
  const { created, updated, deleted } = stats.total;
  const all = created + updated + deleted;
  const verb = stats.dryRun ? 'would import' : 'imported';
  return [
    ...(all === 0
      ? []
      : [info(`${verb} ${count(all, 'record')}: ${countsOf({ created, changed: updated, deleted })}`)]),
    ...table(stats),
    ...Object.entries(stats.unknown).map(([type, n]) =>
      warning(
        `the type ${JSON.stringify(type)} is unknown: ${count(n, 'line')} stay${n === 1 ? 's' : ''} in the files`,
      ),
    ),
    ...stats.notices.map((notice) => describeNotice(notice, called)),
    ...(stats.lostElsewhere === 0
      ? []
      : [info(`${count(stats.lostElsewhere, 'value')} that lost in merges of other clones: new in the journal`)]),
  ];
}

/** What an export did; nothing where it did nothing. */
export function describeExport(stats: ExportStats): Block[] {
  if (stats.refused.length > 0) return [];
  const { written, deleted } = stats.total;
  const did = [written && count(written, 'record'), deleted && count(deleted, 'deletion')].filter((part) => part !== 0);
  const verb = stats.dryRun ? 'would export' : 'exported';
  const files = count(stats.files.length, 'file');
  if (stats.shared > 0) did.push(`news of ${count(stats.shared, 'lost value')}`);
  const isNothing = stats.files.length === 0 && did.length === 0;
  const what = did.length > 0 ? did.join(' and ') : `nothing new, and put ${files} in order`;
  return [
    ...(isNothing ? [] : [info(`${verb} ${what}`)]),
    ...table(stats),
    ...stats.files.map((file): Block => ({
      ...info(`${file.name}: ${count(file.lines, 'line')}, ${count(file.size, 'byte')}`),
      level: 'detail',
    })),
    ...(stats.history === null ? [] : [warning(`the old files are copied to ${stats.history}`)]),
  ];
}

/** Where a project stands. */
export function describeStatus(status: SyncStatus, session: Words): Block[] {
  const head = ['', 'rows', 'to export', 'to import', 'lost values', 'orphans'];
  const rows = Object.entries(status.entities)
    .map(([type, entity]) => [
      type,
      ...[entity.rows, entity.pendingExport, entity.pendingImport, entity.conflicts, entity.orphans].map((n) =>
        textOfCount(n),
      ),
    ])
    .filter(([, ...counts]) => counts.some((n) => n !== ''));
  const files = status.files.map(({ name, lines, size }) => [name, String(lines), String(size)]);
  const { pendingExport, pendingImport, conflicts, rows: all } = status.entities.total;
  return [
    ...(status.project === WHOLE_DATABASE ? [] : [info(`project ${status.project}`)]),
    info(`files   ${status.dir}`),
    grid(head, rows, { right: [1, 2, 3, 4, 5] }),
    ...(all === 0 ? [info('no records yet')] : []),
    ...(files.length === 0 ? [info('no files yet')] : []),
    grid(['file', 'lines', 'bytes'], files, { right: [1, 2], level: 'detail' }),
    ...(status.tombstones === 0 ? [] : [info(`${count(status.tombstones, 'deletion')} remembered`)]),
    ...(pendingExport === 0 ? [] : [callLine(`${pendingExport} to export: run`, session.call('sync'))]),
    ...(pendingImport === 0 ? [] : [callLine(`${pendingImport} to import: run`, session.call('sync'))]),
    ...(status.sharedConflicts.pendingExport === 0
      ? []
      : [
          callLine(
            `news of ${count(status.sharedConflicts.pendingExport, 'lost value')} for other clones: run`,
            session.call('sync'),
          ),
        ]),
    ...(status.sharedConflicts.pendingImport === 0
      ? []
      : [
          callLine(
            `${count(status.sharedConflicts.pendingImport, 'value')} lost in merges of other clones: run`,
            session.call('sync'),
          ),
        ]),
    ...(conflicts === 0 ? [] : [callLine(`${count(conflicts, 'lost value')}:`, session.call('conflicts'))]),
    ...(status.backfillNeeded ? [warning('never exported from here: the first sync writes all records')] : []),
    ...status.notices
      .filter(({ message }) => !status.problems.includes(message))
      .map((notice) => describeNotice(notice, session.called)),
    ...status.problems.map((problem) => failure(`problem: ${problem}`)),
    describeInSync(status.inSync),
  ];
}

/** The last word of `status` and `sync`. */
export function describeInSync(inSync: boolean, dryRun = false): Line {
  const would = dryRun ? 'would be ' : '';
  return inSync ? info(`${would}in sync`, 'good') : failure(dryRun ? 'would not be in sync' : 'not in sync');
}

/** What to do where values lost. */
export function nextConflicts(session: Words): Line {
  return next(session.call('conflicts'), 'shows the values that lost');
}

/** Counts by type, for `--verbose`, without zeros. */
function table(stats: ByEntity<Readonly<Record<string, number>>>): Block[] {
  const counts: Readonly<Record<string, Readonly<Record<string, number>> | undefined>> = stats;
  const names = Object.keys(stats.total);
  const types = Object.keys(counts).filter((name) => !BESIDE_TYPES.has(name));
  const rows = [...types, 'total']
    .map((type) => [type, ...names.map((name) => textOfCount(counts[type]?.[name]))])
    .filter(([, ...cells]) => cells.some((cell) => cell !== ''));
  return [grid(['', ...names], rows, { right: names.map((_, index) => index + 1), level: 'detail' })];
}

/** A count in a table; a zero says nothing. */
function textOfCount(n = 0): string {
  return n === 0 ? '' : String(n);
}
