import { compareUtf8 } from '../record/order.js';
import { isTombstone } from '../record/version.js';
import type { History } from '../jsonl/file-history.js';
import { readLostValues, rewriteLostValues } from '../jsonl/lost-values.js';
import type { LostValues } from '../jsonl/lost-values.js';
import type { RecordChange } from '../record/change.js';
import type { Entity } from '../registry/entity.js';
import type { Settings } from '../settings.js';
import { readBase, writeBaseSeq, writeSettledHash } from '../store/base.js';
import { naturalKeyHolder } from '../store/natural-key.js';
import { putBackAside } from '../store/references.js';
import { privacyTest } from '../privacy.js';
import { Rows } from '../store/rows.js';
import type { Store } from '../store/store.js';
import type { Target } from '../store/target.js';
import { bindTarget, findTarget, readNote, writeNote } from '../store/target.js';
import { Tally } from '../stats.js';
import { lastChange, markChanged, newestChange, settleMarks } from '../tracking/marks.js';
import type { Progress } from '../export/stats.js';
import { applyDecision } from './apply.js';
import { RowsBefore } from './changes.js';
import { decide } from './decide.js';
import { clearDeadAside, isReferredTo } from './deletions.js';
import type { Decision } from './decide.js';
import { ImportContext } from './context.js';
import { gather, homeOf } from './gather.js';
import type { Gathered } from './gather.js';
import { HistoryOfImport } from './history.js';
import { isWaiting, takeLostValues } from './lost-values.js';
import { MergeStrategy } from './plan.js';
import { deletedChildren, pagesOf } from './page.js';
import { failOnProblems } from './problems.js';
import { stageFiles } from './stage.js';
import type { Staged } from './stage.js';
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
  /** True when it is rolled back in the end. */
  readonly rehearses?: boolean;
}

/** What was found in the files. */
interface Found {
  readonly staged: Staged;
  readonly left: readonly LostValues[];
  /** True when there is nothing to import. */
  readonly isIdle: boolean;
}

/**
 * Carries out an import under the directory's lock: reads and checks the files, then decides and writes all
 * records in one transaction, parents first.
 */
export function runImport(store: Store, planned: Target, run: ImportRun): ImportStats {
  const found = findNews(store, planned, run);
  if (found.isIdle) {
    // The files say what was agreed on before, now at the present point too.
    if (planned.id >= 0) notePoint(store, planned, run);
    return statsOf(makeContext(store, planned, run, found), found);
  }
  const { stats, lostValues } = store.sql.transaction('immediate', () => carryOut(store, planned, run, found));
  rewriteLostValues(lostValues);
  return stats;
}

/**
 * Does the same and rolls it back, as what becomes of a child depends on what became of its parent. `look` sees the
 * database as the import would leave it.
 */
export function rehearseImport<T>(store: Store, planned: Target, asked: ImportRun, look: (stats: ImportStats) => T): T {
  const run: ImportRun = { ...asked, rehearses: true };
  const found = findNews(store, planned, run);
  return store.sql.rehearse(found.isIdle ? 'deferred' : 'immediate', () => {
    const stats = found.isIdle
      ? statsOf(makeContext(store, planned, run, found), found)
      : carryOut(store, planned, run, found).stats;
    return look({ ...stats, dryRun: true });
  });
}

function findNews({ sql, registry }: Store, planned: Target, run: ImportRun): Found {
  const forces = run.strategy === MergeStrategy.PreferExternal || run.forced.size > 0;
  const staged = stageFiles(sql, registry, planned, {
    dir: run.dir,
    only: run.only,
    forces,
    isForced: ({ id }) => run.strategy === MergeStrategy.PreferExternal || run.forced.has(id),
  });
  const left = readLostValues(run.dir);
  const present = { registry, rows: new Rows(sql, registry, planned.project), now: run.now };
  const isNewlyLost = left.some(({ losses }) => losses.some((value) => !isWaiting(present, value)));
  return { staged, left, isIdle: staged.files.size === 0 && !isNewlyLost };
}

/** What an import did, and what is to stay in files of lost values once it is committed. */
interface CarriedOut {
  readonly stats: ImportStats;
  readonly lostValues: readonly LostValues[];
}

function carryOut(store: Store, planned: Target, run: ImportRun, found: Found): CarriedOut {
  const { staged, left } = found;
  // Bound only here, so that an import that fails leaves no trace.
  const target = bindTarget(store.sql, planned.dir, planned.project);
  const context = makeContext(store, target, run, found);
  importStaged(context, run);
  failOnProblems(context.skipped, run.skipInvalid);
  const lostValues = takeLostValues(context, left);
  noteSkipped(context);
  settleFiles(context, staged);
  if (isAgreement(context, staged)) notePoint(store, target, run);
  for (const change of context.rowsBefore?.changes(context.registry, context.rows) ?? []) run.onChange?.(change);
  return { stats: statsOf(context, found), lostValues };
}

function makeContext(store: Store, target: Target, run: ImportRun, { staged }: Found): ImportContext {
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
    tally: new Tally(registry, NO_ENTITY_STATS),
    history:
      run.history === undefined
        ? undefined
        : new HistoryOfImport({ sql, registry, form }, run.history, readNote(sql, target, 'point')),
    unsettled: new Set(staged.unsettled),
    skipped: staged.skipped,
    skipInvalid: run.skipInvalid,
    rehearses: run.rehearses === true,
    rowsBefore: run.onChange === undefined ? undefined : new RowsBefore(sql),
  });
}

/** What was left in its file was not agreed on: its history must be read again when it comes in. */
function isAgreement({ skipped, notices }: ImportContext, { files }: Staged): boolean {
  const isWhole = skipped.length === 0 && notices.every(({ what }) => what !== 'orphaned' && what !== 'skipped');
  return files.size > 0 && isWhole;
}

/** From this point on the history is to be read when an import next asks it. */
function notePoint({ sql }: Store, target: Target, { history, only }: ImportRun): void {
  const point = only === undefined ? history?.point() : undefined;
  if (point !== undefined && point !== readNote(sql, target, 'point')) writeNote(sql, target, 'point', point);
}

function statsOf({ tally, notices }: ImportContext, { staged }: Found): ImportStats {
  return {
    ...tally.result(),
    unknown: Object.fromEntries(staged.unknown),
    notices,
    problems: staged.skipped.map(({ problem }) => problem),
    dryRun: false,
  };
}

function noteSkipped(context: ImportContext): void {
  for (const { key, problem } of context.skipped) {
    context.notice('skipped', key?.type ?? 'unknown', key?.id ?? '?', problem);
  }
}

function importStaged(context: ImportContext, run: ImportRun): void {
  const { sql, registry, now } = context;
  const total = Number(sql.get(`SELECT count(*) FROM temp.scsync_staged`)?.[0] ?? 0);
  let done = 0;
  deleteChildren(context);
  const doomed: Decision[] = [];
  for (const entity of registry.entities) {
    importEntity(context, entity, doomed, () => {
      done++;
      if (done % 1000 === 0) run.onProgress?.({ phase: 'import', done, total });
    });
  }
  for (const decision of doomed.reverse()) applyDecision(context, decision, undefined);
  putBackAside({ sql, registry, project: context.target.project }, now, (key, put) => {
    const base = readBase(sql, context.target, key);
    const isClean = base !== undefined && lastChange(sql, key) <= base.seq;
    context.beforeWrite();
    put();
    if (isClean) writeBaseSeq(sql, context.target, key, lastChange(sql, key));
  });
  clearDeadAside(context);
  context.afterWrites();
}

/** A record whose deletion came with its parent's is deleted by its own, so that nothing of it is lost. */
function deleteChildren(context: ImportContext): void {
  for (const entity of [...context.registry.entities].reverse()) {
    if (Object.keys(entity.parents).length === 0) continue;
    for (const entry of deletedChildren(context, entity)) {
      const gathered = gather(context, entity, entry);
      const decision = context.fails() ? undefined : decide(context, gathered);
      if (decision === undefined || !isTombstone(decision.plan.result)) continue;
      applyDecision(context, decision, undefined);
      context.decided.add(`${entity.type} ${entry.id}`);
    }
  }
}

/** Decides and writes the records of one entity; those that trade natural keys among themselves come last, together. */
function importEntity(context: ImportContext, entity: Entity, doomed: Decision[], onRecord: () => void): void {
  const deferred: Decision[] = [];
  context.forgetRows();
  for (const entry of pagesOf(context, entity)) {
    onRecord();
    if (context.decided.has(`${entity.type} ${entry.id}`)) continue;
    const gathered = gather(context, entity, entry);
    // Once a line cannot be read, nothing will be kept: the rest is only read.
    if (context.fails()) continue;
    if (gathered.version === undefined) {
      noteAbsent(context, gathered);
      continue;
    }
    const decision = decide(context, gathered);
    if (decision === undefined) continue;
    if (isDoomed(context, decision)) {
      doomed.push(decision);
      continue;
    }
    const holder = holderOf(context, decision);
    if (mustWait(context, decision, holder, deferred)) deferred.push(decision);
    else applyDecision(context, decision, holder);
  }
  for (const { gathered } of deferred) {
    if (gathered.row === undefined) continue;
    context.beforeChange(gathered.key, gathered.row);
    context.writer.parkNaturalKey(entity, gathered.key.id);
  }
  for (const decision of deferred.map(parked)) applyDecision(context, decision, holderOf(context, decision));
}

/**
 * A row that others refer to goes last: what the files moved away from it must not go with it, nor look changed here.
 * Until then it counts as deleted, and holds no natural key.
 */
function isDoomed(context: ImportContext, { gathered, plan }: Decision): boolean {
  const { entity, key, row } = gathered;
  if (!isTombstone(plan.result) || row === undefined) return false;
  if (!isReferredTo(context, entity, key.id)) return false;
  context.doomed.set(`${key.type}/${key.id}`, plan.result);
  if (entity.naturalKey.length > 0) {
    context.beforeWrite();
    context.writer.parkNaturalKey(entity, key.id);
  }
  return true;
}

/** The row lost its natural key while it waited, so it must be written whatever it was. */
function parked(decision: Decision): Decision {
  const { row } = decision.gathered;
  if (row === undefined) return decision;
  const index = row.entity.indexOf.get(row.entity.naturalKey.at(-1) ?? '') ?? -1;
  const tokens = row.tokens.map((token, place) => (place === index ? '""' : token));
  return { ...decision, gathered: { ...decision.gathered, row: { ...row, tokens } } };
}

/** True while the row that holds the record's natural key is itself still to be decided. */
function mustWait(
  { sql }: ImportContext,
  { gathered }: Decision,
  holder: string | undefined,
  deferred: readonly Decision[],
): boolean {
  if (holder === undefined) return false;
  if (deferred.some((other) => other.gathered.key.id === holder)) return true;
  return (
    compareUtf8(gathered.key.id, holder) < 0 &&
    sql.get(
      `SELECT 1 WHERE EXISTS (SELECT 1 FROM temp.scsync_staged WHERE type = ?1 AND id = ?2)
       OR EXISTS (SELECT 1 FROM temp.scsync_absent WHERE type = ?1 AND id = ?2)`,
      gathered.key.type,
      holder,
    ) !== undefined
  );
}

/** The row that has the natural key which a decided record is to have. */
function holderOf({ sql, target }: ImportContext, { plan }: Decision): string | undefined {
  return isTombstone(plan.result) ? undefined : naturalKeyHolder(sql, target.project, plan.result);
}

/** Absence is never a deletion: what the database has goes back into the files. */
function noteAbsent(context: ImportContext, gathered: Gathered): void {
  const { key, state, base, baseEntry } = gathered;
  if (base !== undefined) context.unsettled.add(homeOf(context.registry, base));
  if (state === undefined || baseEntry === undefined) return;
  if (lastChange(context.sql, key) <= baseEntry.seq) markChanged(context.sql, key, context.target.project);
  context.notice(
    'restored',
    key.type,
    key.id,
    'it is missing in the files, and goes back with the next export; use rm to delete it',
  );
}

function settleFiles(context: ImportContext, staged: Staged): void {
  const { sql, target, unsettled } = context;
  for (const [name, hash] of staged.files) {
    writeSettledHash(sql, target, name, hash === null || unsettled.has(name) ? undefined : hash);
  }
  for (const name of unsettled) if (!staged.files.has(name)) writeSettledHash(sql, target, name, undefined);
  settleMarks(sql, findTarget(sql, target.dir) ?? target, newestChange(sql));
}
