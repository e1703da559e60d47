import { keyReader } from '../merge/json-key.js';
import type { FieldChange } from '../record/compare.js';
import { meaningOf } from '../record/json.js';
import { readSource, textsIn } from '../record/json-source.js';
import { readDifferences } from './differences.js';
import type { Difference } from './differences.js';
import { literally as literalPattern, readFilePatches } from './patch.js';
import { literally } from './repository.js';

/** One version of a record of another program's file, as a commit made it. */
export interface OtherVersion extends Pick<Difference, 'commit' | 'author' | 'time'> {
  readonly action: 'created' | 'changed' | 'removed';
  readonly fields: readonly FieldChange[];
  /** The line that the file has since then. */
  readonly line: string | undefined;
}

/**
 * The versions of a record in the history of HEAD of another program's file, newest first, the file as it is on top. Throws `io`.
 *
 * @param path the file, as git names it; under another name it is not looked for
 * @param keys what identifies its lines
 */
export function readOtherLog(cwd: string, path: string, keys: readonly string[], id: string): OtherVersion[] {
  const keyOf = keyReader(keys);
  // Any other name may be written in several ways.
  const pattern = /^[\w.-]+$/.test(id) ? literalPattern(id) : undefined;
  const patches = readFilePatches(cwd, [literally(path)], pattern);
  return readDifferences(patches, (line) => keyOf(line)?.id === id).flatMap(versionOf);
}

/** What a commit made of the record. A merge made something only where it differs from every parent. */
function versionOf(group: readonly Difference[]): OtherVersion[] {
  const [first] = group;
  if (first === undefined || group.length < first.parents) return [];
  if (group.some(({ removed, added }) => removed.at(-1) === added.at(-1))) return [];
  const { commit, author, time, removed, added } = first;
  const [before, line] = [removed.at(-1), added.at(-1)];
  const action = line === undefined ? 'removed' : before === undefined ? 'created' : 'changed';
  const fields = before === undefined || line === undefined ? [] : differences(before, line);
  return [{ commit, author, time, action, fields, line }];
}

function differences(before: string, after: string): FieldChange[] {
  const old = textsIn(readSource(before));
  const now = textsIn(readSource(after));
  return [...new Set([...old.keys(), ...now.keys()])].flatMap((field) => {
    const [from, to] = [old.get(field) ?? 'null', now.get(field) ?? 'null'];
    return meaningOf(from) === meaningOf(to) ? [] : [{ field, from, to }];
  });
}
