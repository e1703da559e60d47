import { join } from 'node:path';

import { settingsInForce } from './accepted-settings.js';
import { listConflicts } from './conflicts.js';
import { exportDirectory, resolvePath } from '../files/directory.js';
import type { RefusedRecord } from './export/stats.js';
import type { JournalEntry } from '../store/knowledge/journal.js';
import { changedRecords } from '../files/changed-records.js';
import type { LinesOfFile } from '../files/differing-records.js';
import { fileExists } from '../files/file.js';
import { fileOfType } from '../format/line-key.js';
import { readLines } from '../files/line-reader.js';
import { changeOf } from '../record/change.js';
import type { RecordChange, RecordState } from '../record/change.js';
import type { Registry } from '../registry/entity.js';
import type { SyncStore } from '../store/store.js';
import { dryRunSync } from './sync.js';
import type { SyncOptions, SyncOutcome } from './sync.js';

/** What {@link diff} is called with. */
export type DiffOptions = Omit<SyncOptions, 'dryRun'> & Required<Pick<SyncOptions, 'onChange'>>;

/** What a sync would do, beside the changes that were told one by one. */
export interface SyncDiff<R extends Registry = Registry> extends SyncOutcome<R> {
  /** Values that would lose and go to the journal; their numbers are not those that they get. */
  readonly conflicts: readonly JournalEntry[];
}

/**
 * Says what a sync would change, record by record, first in the database, then in the files, and changes nothing.
 *
 * ```ts
 * diff(store, { projectPath, dir, onChange: ({ where, action, type, id }) => console.log(where, action, type, id) });
 * ```
 */
export function diff<R extends Registry>(store: SyncStore<R>, options: DiffOptions): SyncDiff<R> {
  const project = store.projectAt(resolvePath(options.projectPath));
  const newest = listConflicts(store, project).at(-1)?.n ?? 0;
  return dryRunSync(store, options, (outcome) => ({
    ...outcome,
    conflicts: listConflicts(store, project).filter(({ n }) => n > newest),
  }));
}

/** What {@link diffSince} says beside the records. */
export interface DiffSince {
  /** How many lines of the compared files cannot be read. */
  readonly unreadable: number;
  /** Records that the export must not write: then the files stay as they are. */
  readonly refused: readonly RefusedRecord[];
}

/** Says how the records differ between some files and what the files will be after a sync, and changes nothing. */
export function diffSince(store: SyncStore, options: DiffOptions, files: LinesOfFile): DiffSince {
  const { registry } = store;
  const dir = exportDirectory(options.dir);
  const written: WrittenLine[] = [];
  const onChange = ({ where, type, line }: RecordChange): void => {
    if (where === 'files' && line !== undefined) written.push({ file: fileOfType(registry, type), line });
  };
  const { refused } = dryRunSync(store, { ...options, onChange }, (outcome) => outcome.export);
  const after = filesAfter(dir, refused.length > 0 ? [] : written);
  const { paths } = settingsInForce(store, options).settings;
  const { records, unreadable } = changedRecords(registry, { before: files, after }, paths);
  for (const { key, before, after: state } of records) {
    if (isNothing(before) && isNothing(state)) continue;
    const change = changeOf(key, before, state);
    if (change.action !== 'changed' || change.fields.length > 0) options.onChange({ where: 'files', ...change });
  }
  return { unreadable: unreadable(), refused };
}

/** A line that will be written, and a file to look for it in. */
interface WrittenLine {
  readonly file: string;
  readonly line: string;
}

/** The files with what will be written to them. The old lines of those records need not go: a new version is always the later one. */
function filesAfter(dir: string, written: readonly WrittenLine[]): LinesOfFile {
  return function* (name) {
    const path = join(dir, name);
    for (const { text, invalidUtf8 } of fileExists(path) ? readLines(path) : []) if (invalidUtf8 !== true) yield text;
    for (const { file, line } of written) if (file === name) yield line;
  };
}

function isNothing(state: RecordState): boolean {
  return state === undefined || state === 'deleted';
}
