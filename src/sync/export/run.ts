import { join } from 'node:path';

import { SyncError } from '../../errors.js';
import { fileExists } from '../../files/file.js';
import { copyToHistory } from '../../files/history.js';
import { FileSet } from '../../files/file-set.js';
import { fileNames } from '../../format/line-key.js';
import type { Registry } from '../../registry/entity.js';
import { hasBase } from '../../store/knowledge/base.js';
import { settledHash, writeSettled } from '../../store/knowledge/settled-files.js';
import { hasPrivate, privacyTest } from '../privacy.js';
import { Rows } from '../../store/rows.js';
import type { Sql } from '../../store/sql.js';
import type { SyncStore } from '../../store/store.js';
import { bindTarget } from '../../store/knowledge/bind-target.js';
import type { Target } from '../../store/knowledge/target.js';
import { foldLog, withFoldedLog } from '../../store/knowledge/change-log.js';
import { newestChange, moveExportedThrough } from '../../store/knowledge/changes.js';
import { Tally } from '../stats.js';
import { commitDone } from './commit.js';
import type { ExportContext, ExportRun } from './context.js';
import { GuardedValues } from './guard.js';
import { OldFiles } from './old-lines.js';
import { isSetOtherwise, noteSettings } from './set-otherwise.js';
import type { ExportStats, RefusedRecord } from './stats.js';
import { settleConflicts, stageConflicts } from './conflicts.js';
import type { StagedConflicts } from './conflicts.js';
import type { LineFile } from './line-file.js';
import { stageFile } from './stage-file.js';
import type { WrittenFile } from './stage-file.js';
import { addChildren, countWorklist, fillWorklist, makeExportTables } from './worklist.js';
import { stageTombstones, writeDeletions, writeRecords } from './write-files.js';

/** So often an export begins anew because somebody wrote the files meanwhile. */
const MOST_TRIES = 5;

/**
 * Carries out an export under the directory's lock: reads a snapshot of the database and writes files beside
 * the old ones, renames them, then commits what the target now has. A crash before the commit leaves files
 * that hold what the database says, which the next export recognises. The target is bound by the commit, so that an
 * export which fails or is refused leaves no trace; the renames wait for the database's write lock for the same reason.
 * Git may pull or check out while it waits: then it begins anew, with what stands in the files by then. Throws `busy` where that does not end.
 */
export function runExport(store: SyncStore, planned: Target, run: ExportRun): ExportStats {
  for (let tries = 1; tries <= MOST_TRIES; tries++) {
    const stats = tryExport(store, planned, run);
    if (stats !== undefined) return stats;
  }
  throw new SyncError('busy', `Nothing was exported: the files in ${run.dir} changed ${MOST_TRIES} times meanwhile`, {
    hint: 'try again when the program that writes them is done',
  });
}

/** One try; undefined when the files are others than those that were read: then nothing was changed. */
function tryExport(store: SyncStore, planned: Target, run: ExportRun): ExportStats | undefined {
  const { sql } = store;
  makeExportTables(sql);
  const files = new FileSet(run.dir);
  const stage = (): StagedExport => stageExport(store, planned, run, files);
  try {
    if (!run.dryRun) foldLog(sql, store.registry);
    const staged = run.dryRun ? withFoldedLog(sql, store.registry, stage) : sql.transaction('deferred', stage);
    const { context, newest, conflicts } = staged;
    const written = [...staged.written, ...conflicts.written];
    const refused = context.refused.filter(({ why }) => why !== 'unseen' || !run.force);
    const stats = (history: string | null): ExportStats => ({
      ...context.tally.result(),
      files: written.map(({ name, path, size, lines }) => ({ name, path, size, lines })),
      shared: conflicts.shared,
      refused,
      history,
      dryRun: run.dryRun,
    });
    if (run.dryRun || refused.length > 0) return stats(null);
    const names = written.map(({ name }) => name);
    const history = context.overwrites ? copyToHistory(run.dir, names, run.now) : null;
    files.sync();
    return sql.transaction('immediate', () => {
      if (!context.old.areUnchanged() || !conflicts.isUnchanged()) return undefined;
      if (written.length > 0) files.commit();
      const target = bindTarget(sql, planned);
      commit(context, target, staged.written, newest);
      settleConflicts(sql, target, conflicts);
      return stats(history);
    });
  } finally {
    files.abort();
  }
}

/** What an export is about to put in place. */
interface StagedExport {
  readonly context: ExportContext;
  /** The last change of the database that it has. */
  readonly newest: number;
  readonly written: readonly WrittenFile[];
  readonly conflicts: StagedConflicts;
}

function stageExport(store: SyncStore, planned: Target, run: ExportRun, files: FileSet): StagedExport {
  const { sql, registry } = store;
  const newest = newestChange(sql);
  const isNewlySet = isSetOtherwise(sql, planned, run.settings);
  const full = run.full || isNewlySet;
  fillWorklist(sql, registry, planned, full);
  if (!full && hasPrivate(sql, run.settings.private)) addChildren(sql, registry, planned);
  const count = countWorklist(sql);
  const context = makeContext(store, planned, run, count);
  const isIdle = count === 0 && !context.old.laidOut;
  const written = isIdle ? [] : stageFiles(context, files, count);
  return { context, newest, written, conflicts: stageConflicts(context, files, isNewlySet) };
}

/** Commits what the target has now. */
function commit(context: ExportContext, target: Target, written: readonly WrittenFile[], newest: number): void {
  const { sql, registry, old, settings } = context;
  const digests = new Map(written.map(({ name, digest }) => [name, digest]));
  for (const name of old.names()) {
    const found = old.hashOf(name);
    // A file that was missing has only the lines that were written now.
    const wasSettled =
      found === undefined ? !hasBase(sql, registry, target, name) : found === settledHash(sql, target, name);
    const isSettled = wasSettled && !old.laidOut && !context.hasUnknown;
    const digest = digests.get(name);
    // What was found as it was to be written, after a crash or by another directory's export, may have been agreed on otherwise.
    if (digest !== undefined || !isSettled) writeSettled(sql, target, name, isSettled ? digest : undefined);
  }
  commitDone({ ...context, target });
  moveExportedThrough(sql, target, newest);
  noteSettings(sql, target, settings);
}

function makeContext(store: SyncStore, target: Target, run: ExportRun, count: number): ExportContext {
  const { sql, registry } = store;
  const rows = new Rows(sql, registry, target.project);
  const refused: RefusedRecord[] = [];
  const wanted = fileNames(registry).filter(
    (name) => (count > 0 && isWanted(sql, registry, name)) || mayBeIrregular(sql, target, name),
  );
  return {
    ...run,
    sql,
    registry,
    target,
    rows,
    form: run.settings.paths,
    isPrivate: privacyTest(store, rows, run.settings.private),
    old: new OldFiles(sql, registry, target, wanted, run.now),
    tally: new Tally(registry, { written: 0, deleted: 0, unchanged: 0 }),
    refused,
    guarded:
      run.guard &&
      new GuardedValues(run.guard, run.settings.secrets, (found) => refused.push({ ...found, why: 'secret' })),
    overwrites: false,
    hasUnknown: false,
  };
}

/** The files of the types that there is something to do for, and the file of deletions. */
function isWanted(sql: Sql, registry: Registry, name: string): boolean {
  if (name === registry.deletionsFile) return true;
  return registry.entities.some(
    (entity) =>
      entity.file === name &&
      sql.get(`SELECT 1 FROM temp.scsync_worklist WHERE type = ? LIMIT 1`, entity.type) !== undefined,
  );
}

/** Only a file that was never settled can be in another than the canonical form without an import having to say so. */
function mayBeIrregular(sql: Sql, target: Target, name: string): boolean {
  return settledHash(sql, target, name) === undefined && fileExists(join(target.dir, name));
}

/** Writes every file that changes beside its target. */
function stageFiles(context: ExportContext, files: FileSet, total: number): WrittenFile[] {
  const { registry, old, sql } = context;
  const written: WrittenFile[] = [];
  let done = 0;
  const onRecord = (): void => {
    done++;
    if (done % 1000 === 0) context.onProgress?.({ phase: 'export', done, total });
  };
  const mayWrite = (): boolean => context.guarded?.flush() !== false;
  const stage = (name: string, write: (file: LineFile) => void): void => {
    const file = stageFile(context, files, { name, old: old.hashOf(name), mayWrite, write });
    if (file !== undefined) written.push(file);
  };
  stageTombstones(context);
  for (const entity of registry.entities) {
    if (!isWanted(sql, registry, entity.file) && !old.laidOut) continue;
    stage(entity.file, (file) => {
      writeRecords(context, entity, file, onRecord);
    });
  }
  stage(registry.deletionsFile, (file) => {
    writeDeletions(context, file);
  });
  context.guarded?.flush();
  return written;
}
