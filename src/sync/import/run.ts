import { join } from 'node:path';

import { fileIdentity } from '../../files/file.js';
import type { History } from '../file-history.js';
import { readLostValues, rewriteLostValues } from '../../files/lost-values.js';
import type { LostValues } from '../../files/lost-values.js';
import type { RecordChange } from '../../record/change.js';
import { latestStamp } from '../../record/stamp.js';
import type { Settings } from '../../files/settings.js';
import { writeSettled } from '../../store/knowledge/settled-files.js';
import { hasPrivate, privacyTest } from '../privacy.js';
import { Rows } from '../../store/rows.js';
import type { SyncStore } from '../../store/store.js';
import type { Target } from '../../store/knowledge/target.js';
import { bindTarget } from '../../store/knowledge/bind-target.js';
import { findTarget, isMoved, readNote, writeNote } from '../../store/knowledge/target.js';
import { areAgreed } from '../shared-conflicts.js';
import { Tally } from '../stats.js';
import { foldLog } from '../../store/knowledge/change-log.js';
import { newestChange, moveExportedThrough } from '../../store/knowledge/changes.js';
import type { Progress } from '../export/stats.js';
import { RowsBefore } from './changes.js';
import { ImportContext } from './context.js';
import { ImportReport } from './report.js';
import { HistoryOfImport } from './history.js';
import { deferForeignKeys, takeBackBroken } from './foreign-keys.js';
import { importRecords } from './import-records.js';
import { countStaged } from './page.js';
import { prepareRecords, writePrepared } from './prepare.js';
import { isWaiting, takeLostValues } from './lost-values.js';
import { MergeStrategy } from './plan.js';
import { failOnProblems } from './problems.js';
import type { Registry } from '../../registry/entity.js';
import { CONFLICTS_FILE } from '../../registry/names.js';
import { takeConflicts } from './conflicts.js';
import { collectChanges } from './collect-changes.js';
import type { CollectedChanges } from './collect-changes.js';
import { NO_ENTITY_STATS } from './stats.js';
import type { ImportStats } from './stats.js';

/** Everything that one import is done with. */
export interface ImportRun {
  readonly dir: string;
  readonly settings: Settings;
  readonly strategy: MergeStrategy;
  /** Records whose file version is taken whatever the strategy. */
  readonly forced: ReadonlySet<string>;
  readonly skipInvalid: boolean;
  readonly only: readonly string[] | undefined;
  readonly actor: string;
  readonly now: number;
  readonly onProgress: ((progress: Progress) => void) | undefined;
  readonly onChange: ((change: RecordChange) => void) | undefined;
  readonly history: History | undefined;
  /** Takes the records that it has something to do with. */
  readonly touched?: Set<string>;
  /** True when it is rolled back in the end. */
  readonly isDryRun?: boolean;
}

/** What was found in the files. */
interface Found {
  readonly staged: CollectedChanges;
  readonly left: readonly LostValues[];
  /** True when there is nothing to import. */
  readonly isIdle: boolean;
}

/**
 * Carries out an import under the directory's lock: reads and checks the files, then decides and writes all
 * records in one transaction, parents first.
 */
export function runImport(store: SyncStore, planned: Target, run: ImportRun): ImportStats {
  const found = findNews(store, planned, run);
  if (found.isIdle) {
    // The files say what was agreed on before, now at the present point too.
    if (planned.id >= 0 && !isMoved(store.sql, planned)) notePoint(store, planned, run);
    return statsOf(makeReport(store.registry, run, found), found);
  }
  const context = makeContext(store, planned, run, found);
  const prepared = prepare(context, run);
  const { stats, lostValues } = store.sql.transaction('immediate', () => carryOut(context, run, found, prepared));
  rewriteLostValues(store.registry, lostValues);
  return stats;
}

/**
 * Does the same and rolls it back, as what becomes of a child depends on what became of its parent. `look` sees the
 * database as the import would leave it.
 */
export function dryRunImport<T>(
  store: SyncStore,
  planned: Target,
  asked: ImportRun,
  look: (stats: ImportStats) => T,
): T {
  const run: ImportRun = { ...asked, isDryRun: true };
  const found = findNews(store, planned, run);
  return store.sql.dryRun(found.isIdle ? 'deferred' : 'immediate', () => {
    if (found.isIdle) return look({ ...statsOf(makeReport(store.registry, run, found), found), dryRun: true });
    const context = makeContext(store, planned, run, found);
    return look({ ...carryOut(context, run, found, prepare(context, run)).stats, dryRun: true });
  });
}

function findNews({ sql, registry }: SyncStore, planned: Target, run: ImportRun): Found {
  const forces = run.strategy === MergeStrategy.PreferExternal || run.forced.size > 0;
  const staged = collectChanges(sql, registry, planned, {
    dir: run.dir,
    only: run.only,
    latest: latestStamp(run.now),
    forces,
    isForced: ({ id }) => run.strategy === MergeStrategy.PreferExternal || run.forced.has(id),
  });
  const left = readLostValues(registry, run.dir);
  const problems = left.flatMap((file) => file.problems);
  for (const problem of problems) staged.skipped.push({ key: undefined, code: 'bad_input', problem });
  const present = { registry, rows: new Rows(sql, registry, planned.project), now: run.now };
  const isNewlyLost = left.some(({ losses }) => losses.some((value) => !isWaiting(present, value)));
  return { staged, left, isIdle: staged.files.size === 0 && problems.length === 0 && !isNewlyLost };
}

/** What an import did, and what is to stay in files of lost values once it is committed. */
interface CarriedOut {
  readonly stats: ImportStats;
  readonly lostValues: readonly LostValues[];
}

/**
 * Privacy goes by the rows of parents, which must be there then; and a directory that is bound to another project now makes its bases seen.
 * With either, all is decided where it is written.
 */
function prepare(context: ImportContext, { settings }: ImportRun): number | undefined {
  const { sql, target } = context;
  context.report.records = countStaged(sql);
  const isRebound = target.id < 0 && findTarget(sql, target.dir) !== undefined;
  return isRebound || hasPrivate(sql, settings.private) ? undefined : prepareRecords(context);
}

/** @param prepared the number of the newest change that {@link prepareRecords} knew of */
function carryOut(context: ImportContext, run: ImportRun, found: Found, prepared: number | undefined): CarriedOut {
  const { staged, left } = found;
  const { sql, registry, target: planned } = context;
  deferForeignKeys(context);
  foldLog(sql, registry);
  const newest = newestChange(sql);
  // Bound only here, so that an import that fails leaves no trace.
  context.bind(bindTarget(sql, planned));
  if (staged.files.has(CONFLICTS_FILE)) takeConflicts(context, run.dir);
  if (prepared !== undefined) writePrepared(context, prepared);
  importRecords(context);
  takeBackBroken(context, newest);
  // What the import wrote itself it has marked; what the database did besides is a change like any other.
  foldLog(sql, registry, newest);
  failOnProblems(context.report.skipped, run.skipInvalid);
  const lostValues = takeLostValues(context, left);
  noteSkipped(context);
  if (staged.files.has(CONFLICTS_FILE) && !areAgreed(context)) context.unsettled.add(CONFLICTS_FILE);
  settleFiles(context, staged);
  if (isAgreement(context, staged)) notePoint(context, context.target, run);
  for (const change of context.rowsBefore?.changes(context.registry, context.rows) ?? []) run.onChange?.(change);
  return { stats: statsOf(context.report, found), lostValues };
}

function makeContext(store: SyncStore, target: Target, run: ImportRun, found: Found): ImportContext {
  const { sql, registry } = store;
  const rows = new Rows(sql, registry, target.project);
  const form = run.settings.paths;
  return new ImportContext({
    sql,
    registry,
    rows,
    target,
    form,
    isPrivate: privacyTest(store, rows, run.settings.private),
    actor: run.actor,
    now: run.now,
    strategyFor: (id) => (run.forced.has(id) ? MergeStrategy.PreferExternal : run.strategy),
    history:
      run.history === undefined
        ? undefined
        : new HistoryOfImport(
            { sql, registry, form, latest: latestStamp(run.now) },
            run.history,
            // Where the directory is now nothing was agreed on yet.
            isMoved(sql, target) ? undefined : readNote(sql, target, 'point'),
          ),
    unsettled: new Set(found.staged.unsettled),
    isDryRun: run.isDryRun === true,
    report: makeReport(registry, run, found),
    rowsBefore: run.onChange === undefined ? undefined : new RowsBefore(sql),
  });
}

function makeReport(registry: Registry, run: ImportRun, { staged }: Found): ImportReport {
  return new ImportReport({
    ...{ isDryRun: run.isDryRun === true, skipped: staged.skipped, touched: run.touched },
    ...{ skipInvalid: run.skipInvalid, onProgress: run.onProgress, tally: new Tally(registry, NO_ENTITY_STATS) },
  });
}

/** What was left in its file was not agreed on: its history must be read again when it comes in. */
function isAgreement({ report: { skipped, notices } }: ImportContext, { files }: CollectedChanges): boolean {
  const isWhole = skipped.length === 0 && notices.every(({ what }) => what !== 'orphaned' && what !== 'skipped');
  return files.size > 0 && isWhole;
}

/** From this point on the history is to be read when an import next asks it. */
function notePoint({ sql }: Pick<SyncStore, 'sql'>, target: Target, { history, only }: ImportRun): void {
  const noted = readNote(sql, target, 'point');
  const point = only === undefined ? history?.point(noted) : undefined;
  if (point !== undefined && point !== noted) writeNote(sql, target, 'point', point);
}

function statsOf(report: ImportReport, { staged }: Found): ImportStats {
  return {
    ...report.tally.result(),
    unknown: Object.fromEntries(staged.unknown),
    notices: report.notices,
    lostElsewhere: report.lostElsewhere,
    problems: [...staged.skipped.map(({ problem }) => problem), ...report.unread],
    dryRun: false,
  };
}

function noteSkipped(context: ImportContext): void {
  for (const { key, problem } of context.report.skipped) {
    context.report.notice('skipped', key?.type ?? 'unknown', key?.id ?? '?', problem);
  }
  for (const problem of context.report.unread) context.report.notice('skipped', 'unknown', '?', problem);
}

/** Notes which files are agreed on. One that somebody wrote since it was read may not be what was read. */
function settleFiles(context: ImportContext, staged: CollectedChanges): void {
  const { sql, target, unsettled } = context;
  for (const [name, { digest, identity }] of staged.files) {
    const isAgreed = !unsettled.has(name) && fileIdentity(join(target.dir, name)) === identity;
    writeSettled(sql, target, name, isAgreed ? (digest ?? undefined) : undefined);
  }
  for (const name of unsettled) if (!staged.files.has(name)) writeSettled(sql, target, name, undefined);
  moveExportedThrough(sql, findTarget(sql, target.dir) ?? target, newestChange(sql));
}
