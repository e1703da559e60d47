import { LineError, parseLine } from '../format/parse.js';
import { fillMissingFields } from '../merge/missing-fields.js';
import { changeBetween, stateOf } from '../record/change.js';
import type { ChangeAction, RecordState } from '../record/change.js';
import type { FieldChange } from '../record/compare.js';
import { quote } from '../record/json.js';
import type { FileVersion } from '../record/version.js';
import type { Registry } from '../registry/entity.js';
import { readDifferences } from './differences.js';
import type { Difference } from './differences.js';
import { literally, readRecordPatches } from './patch.js';

/** One version of a record as a commit made it; `commit` is undefined for files that are not committed yet. */
export interface LoggedVersion {
  readonly commit: string | undefined;
  readonly author: string;
  /** The time of the commit, RFC 3339; empty when there is none. */
  readonly time: string;
  readonly action: ChangeAction | 'unreadable';
  /** What the files say since then. */
  readonly version: FileVersion | undefined;
  readonly fields: readonly FieldChange[];
}

/** The versions of a record in the history of HEAD, newest first, files that are not committed on top. */
export function readRecordLog(registry: Registry, cwd: string, id: string): LoggedVersion[] {
  const text = quote(id);
  return readDifferences(readRecordPatches(registry, cwd, literally(text)), (line) => line.includes(text)).flatMap(
    (group) => versionOf(registry, id, group),
  );
}

type Side = FileVersion | 'unreadable' | undefined;

/** What a commit made of the record. A merge made something only where it differs from every parent. */
function versionOf(registry: Registry, id: string, group: readonly Difference[]): LoggedVersion[] {
  const [first] = group;
  if (first === undefined || group.length < first.parents) return [];
  const sides = group.map(({ removed, added }): [Side, Side] => [
    sideOf(registry, id, removed),
    sideOf(registry, id, added),
  ]);
  const isAlive = sides.some(([, after]) => kindOf(after) === 'present');
  if (sides.some(([before, after]) => rawOf(before) === rawOf(after) || isBeside(before, after, isAlive))) return [];
  const [before, after] = sides[0] ?? [];
  const { commit, author, time } = first;
  return [{ commit, author, time, ...describe(before, after) }];
}

function describe(before: Side, after: Side): Pick<LoggedVersion, 'action' | 'version' | 'fields'> {
  if (after === 'unreadable') return { action: 'unreadable', version: undefined, fields: [] };
  if (before === 'unreadable' && after?.kind === 'present') return { action: 'changed', version: after, fields: [] };
  return { ...changeBetween(stateBeside(before, after), stateBeside(after, before)), version: after };
}

/** What a side says. What a line of the reference program leaves out is taken from the other side. */
function stateBeside(side: Side, other: Side): RecordState {
  if (typeof side !== 'object') return undefined;
  const known = typeof other === 'object' && other.kind === 'present' ? [other.content] : [];
  return stateOf(side.kind === 'present' ? fillMissingFields(side, [], known) : side);
}

/**
 * Whether only a deletion came or went that stands beside a line, as after a merge of an edit with a deletion. One that goes away with
 * nothing in its place says nothing of its record.
 */
function isBeside(before: Side, after: Side, isAlive: boolean): boolean {
  if (after === undefined) return kindOf(before) === 'deleted';
  return isAlive && before === undefined && kindOf(after) === 'deleted';
}

function kindOf(side: Side): string | undefined {
  return typeof side === 'object' ? side.kind : side;
}

function rawOf(side: Side): string | undefined {
  return typeof side === 'object' ? side.raw : side;
}

/** The record among lines that name its id; a line counts before a deletion, and both before what cannot be read. */
function sideOf(registry: Registry, id: string, lines: readonly string[]): Side {
  let found: Side;
  for (const line of lines) {
    try {
      const version = parseLine(registry, line);
      if (version.kind === 'unknown' || version.id !== id) continue;
      if (version.kind === 'present') return version;
      found = version;
    } catch (error) {
      if (!(error instanceof LineError)) throw error;
      found ??= 'unreadable';
    }
  }
  return found;
}
