import { join } from 'node:path';

import { listConflicts } from './conflicts.js';
import { resolvePath } from './directory.js';
import type { JournalEntry } from './journal.js';
import { differingRecords } from './jsonl/differing-records.js';
import type { LinesOfFile } from './jsonl/differing-records.js';
import { fileExists } from './jsonl/file.js';
import { fileOfType, keyReader } from './jsonl/line-key.js';
import { readLines } from './jsonl/line-reader.js';
import { keyOfLine } from './jsonl/scan-file.js';
import { completed } from './merge/completed.js';
import { fileState } from './merge/file-state.js';
import { changeOf, stateOf } from './record/change.js';
import type { RecordChange, RecordState } from './record/change.js';
import type { FileVersion, PathForm } from './record/version.js';
import type { Registry } from './registry/entity.js';
import { readSettings } from './settings.js';
import type { Store } from './store/store.js';
import { versionOf } from './store/versions.js';
import { rehearseSync } from './sync.js';
import type { SyncOptions, SyncOutcome } from './sync.js';

/** What {@link diff} is called with. */
export type DiffOptions = Omit<SyncOptions, 'dryRun'> & Required<Pick<SyncOptions, 'onChange'>>;

/** What a sync would do, beside the changes that were told one by one. */
export interface SyncDiff extends SyncOutcome {
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
export function diff(store: Store, options: DiffOptions): SyncDiff {
  const project = resolvePath(options.projectPath);
  const newest = listConflicts(store, project).at(-1)?.n ?? 0;
  return rehearseSync(store, options, (outcome) => ({
    ...outcome,
    conflicts: listConflicts(store, project).filter(({ n }) => n > newest),
  }));
}

/**
 * Says how the records differ between some files and what the files will be after a sync, and changes nothing. Gives how
 * many lines of those files could not be read.
 */
export function diffSince(store: Store, options: DiffOptions, files: LinesOfFile): number {
  const { registry } = store;
  const dir = resolvePath(options.dir);
  const written = new Map<string, WrittenLine>();
  const onChange = ({ where, type, id, action, line }: RecordChange): void => {
    if (where !== 'files' || line === undefined) return;
    const file = action === 'deleted' ? registry.deletionsFile : fileOfType(registry, type);
    written.set(`${type} ${id}`, { file, text: line });
  };
  const { refused } = rehearseSync(store, { ...options, onChange }, (outcome) => outcome.export);
  if (refused.length > 0) written.clear();
  const { paths } = readSettings(dir, registry);
  const { records, unreadable } = differingRecords(registry, files, filesAfter(registry, dir, written));
  let leftOut = unreadable;
  const versionsIn = (lines: readonly string[]): Versions => lines.map((line) => versionOf(registry, line));
  for (const { key, ...lines } of records) {
    const [old, now] = [versionsIn(lines.before), versionsIn(lines.after)] as const;
    leftOut += old.filter((version) => version === undefined).length;
    const [before, after] = [stateIn(old, now, paths), stateIn(now, old, paths)] as const;
    if (isNothing(before) && isNothing(after)) continue;
    const change = changeOf(key, before, after);
    if (change.action !== 'changed' || change.fields.length > 0) options.onChange({ where: 'files', ...change });
  }
  return leftOut;
}

/** The line that a record will have. */
interface WrittenLine {
  readonly file: string;
  readonly text: string;
}

/** The files with the lines that will be written in place of those that are there. */
function filesAfter(registry: Registry, dir: string, written: ReadonlyMap<string, WrittenLine>): LinesOfFile {
  return function* (name) {
    const path = join(dir, name);
    const keyOf = keyReader(registry, name);
    for (const line of fileExists(path) ? readLines(path) : []) {
      const key = written.size === 0 ? undefined : keyOfLine(registry, keyOf, line);
      const isReplaced = key !== undefined && written.has(`${key.type} ${key.id}`);
      if (!isReplaced && line.invalidUtf8 !== true) yield line.text;
    }
    for (const { file, text } of written.values()) if (file === name) yield text;
  };
}

type Versions = readonly (FileVersion | undefined)[];

/** What lines say of a record. What a line of the reference program leaves out is taken from the other side. */
function stateIn(versions: Versions, others: Versions, form: PathForm): RecordState {
  const other = others.find((version) => version?.kind === 'line');
  const lines = versions.flatMap((each) => (each?.kind === 'line' ? [completed(each, other, undefined)] : []));
  const tombstones = versions.flatMap((each) => (each?.kind === 'tombstone' ? [each] : []));
  const { version } = fileState(lines, tombstones, form);
  return version === undefined ? undefined : stateOf(version);
}

function isNothing(state: RecordState): boolean {
  return state === undefined || state === 'deleted';
}
