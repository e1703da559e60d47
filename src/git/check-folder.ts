import { join } from 'node:path';

import { SyncError } from '../errors.js';
import { changedRecords } from '../files/changed-records.js';
import type { ChangedRecord } from '../files/changed-records.js';
import { checkFile } from '../files/check-file.js';
import type { Finding } from '../files/check-file.js';
import type { LinesOfFile } from '../files/differing-records.js';
import { fileExists } from '../files/file.js';
import { readLines } from '../files/line-reader.js';
import { REGISTRY_FILE } from '../files/registry-file.js';
import { SETTINGS_FILE, readSettings } from '../files/settings.js';
import { fileNames, fileOfType } from '../format/line-key.js';
import { changeOf } from '../record/change.js';
import type { RecordChange, RecordState } from '../record/change.js';
import { calledBy, namedContent } from '../record/names.js';
import { latestStamp } from '../record/stamp.js';
import type { PathForm } from '../record/version.js';
import type { Registry } from '../registry/entity.js';
import { CONFLICTS_FILE } from '../registry/names.js';
import { filesOfCommit } from './commit-files.js';
import type { Repository } from './repository.js';

/** What became of a record, with what people call it. */
export interface NamedChange extends Omit<RecordChange, 'where'> {
  readonly called: string;
}

/** What {@link checkFolder} found. */
export interface Checked {
  /** What a person must look at. */
  readonly findings: readonly Finding[];
  /** In the order of types and ids. */
  readonly changes: readonly NamedChange[];
}

/**
 * Says what the files of an export directory, as they lie in the work tree, make of those of a commit, and what a person must look at. Changes
 * nothing, and needs no database. Throws `usage` where neither has a data file, `io` and `refused`.
 */
export function checkFolder(registry: Registry, repository: Repository, dir: string, base: string): Checked {
  const before = filesOfCommit(repository, base, dir);
  const after = filesIn(dir);
  const names = fileNames(registry);
  if (![...names, REGISTRY_FILE, SETTINGS_FILE].some((name) => fileExists(join(dir, name)) || hasLines(before(name)))) {
    throw new SyncError('usage', `There is nothing to check: ${dir} has no data files, and had none`, {
      hint: 'name the data folder with --dir',
    });
  }
  const settings = checkSettings(registry, dir);
  const latest = latestStamp(Date.now());
  const findings = [
    ...changedFile(REGISTRY_FILE, 'registry', { before, after }),
    ...(settings.findings.length > 0 ? settings.findings : changedFile(SETTINGS_FILE, 'settings', { before, after })),
    ...[...names, CONFLICTS_FILE].flatMap((name) => checkFile(registry, dir, name, latest)),
  ];
  const changes: NamedChange[] = [];
  for (const record of changedRecords(registry, { before, after }, settings.paths).records) {
    // What is wrong with its line is said already.
    if (record.isUnreadable) continue;
    const { key, before: old, after: now } = record;
    if (now === undefined && old !== undefined) findings.push(goneRecord(registry, record));
    const change = changeOf(key, old, now);
    const isSame = isNothing(old) ? isNothing(now) : change.action === 'changed' && change.fields.length === 0;
    if (!isSame) changes.push({ ...change, called: nameOf(record) });
  }
  return { findings, changes };
}

interface Sides {
  readonly before: LinesOfFile;
  readonly after: LinesOfFile;
}

/** Bytes that are no text stand as git's objects give them, so that the same lines are the same. */
function filesIn(dir: string): LinesOfFile {
  return function* (name) {
    const path = join(dir, name);
    if (!fileExists(path)) return;
    for (const { text } of readLines(path, undefined, { cutsLongLines: true })) yield text;
  };
}

function hasLines(lines: Iterable<string>): boolean {
  for (const _ of lines) return true;
  return false;
}

/** Whoever writes these two says what leaves every database of the team. */
const MEANS = {
  registry: 'it says which tables and columns are synced',
  settings: 'it says what stays private, and what is known to be no secret',
} as const;

function changedFile(file: string, what: keyof typeof MEANS, { before, after }: Sides): Finding[] {
  const [old, now] = [[...before(file)], [...after(file)]];
  if (old.join('\n') === now.join('\n')) return [];
  const action = old.length === 0 ? 'was added' : now.length === 0 ? 'was removed' : 'was changed';
  return [{ what, file, says: `${action}: ${MEANS[what]}` }];
}

function checkSettings(registry: Registry, dir: string): { readonly paths: PathForm; readonly findings: Finding[] } {
  try {
    return { paths: readSettings(dir, registry).paths, findings: [] };
  } catch (error) {
    if (!(error instanceof SyncError) || error.code !== 'bad_input') throw error;
    return { paths: 'portable', findings: [{ what: 'settings', file: SETTINGS_FILE, says: error.message }] };
  }
}

function goneRecord(registry: Registry, { key: { type, id }, before }: ChangedRecord): Finding {
  const file = before === 'deleted' ? registry.deletionsFile : fileOfType(registry, type);
  const says =
    before === 'deleted'
      ? 'the deletion is gone, so clones that have not seen it keep the record'
      : 'the record is gone, and no deletion says so: other clones keep it';
  return { what: 'gone', file, record: { type, id }, says };
}

function isNothing(state: RecordState): boolean {
  return state === undefined || state === 'deleted';
}

/** A deletion says nothing but the id, and what was deleted has more. */
function nameOf({ key, before, after }: ChangedRecord): string {
  const content = [after, before].find((state) => typeof state === 'object');
  return calledBy(content === undefined ? key : namedContent(content));
}
