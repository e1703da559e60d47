import type { FileVersion } from '../record/version.js';
import type { Registry } from '../registry/entity.js';
import { versionOf } from '../format/version-of.js';
import { fileExists } from './file.js';
import { compareKeys, keyReader } from '../format/line-key.js';
import type { LineKey } from '../format/line-key.js';
import { StretchHasher } from './stretches.js';
import type { FileDigest } from './stretches.js';
import { readLines } from './line-reader.js';
import type { TextLine } from './line-reader.js';

/** The key of a record's line, and whether it is a tombstone; undefined for a line that is no record's. */
export function keyOfLine(
  read: (raw: string) => FileVersion | undefined,
  keyOf: (raw: string) => LineKey | undefined,
  line: Pick<TextLine, 'text' | 'invalidUtf8'>,
): (LineKey & { readonly deleted: boolean }) | undefined {
  if (line.invalidUtf8 === true || line.text === '') return undefined;
  const quick = keyOf(line.text);
  if (quick !== undefined) return { ...quick, deleted: line.text.startsWith('{"entity_type"') };
  const version = read(line.text);
  return version && { type: version.type, id: version.id, deleted: version.kind === 'deleted' };
}

/** What one pass over a file says of it. */
export interface FileScan {
  /** Sorted by key without doubles, LF only, a final newline, and after the records' lines only lines that are none. */
  readonly canonical: boolean;
  readonly hasTail: boolean;
  /** What its bytes are; undefined for a missing file. */
  readonly digest: FileDigest | undefined;
}

/** Reads a file once and says in what form it is. */
export function scanFile(registry: Registry, path: string, name: string): FileScan {
  if (!fileExists(path)) return { canonical: true, hasTail: false, digest: undefined };
  const read = (raw: string): FileVersion | undefined => versionOf(registry, raw);
  const keyOf = keyReader(registry, name);
  const hasher = new StretchHasher();
  let canonical = true;
  let hasTail = false;
  let last: LineKey | undefined;
  for (const line of readLines(path, (bytes) => {
    hasher.add(bytes);
  })) {
    const key = line.invalidUtf8 === true ? undefined : keyOf(line.text);
    if (line.ending !== '\n' || line.text === '') canonical = false;
    if (key === undefined) {
      hasTail = true;
      if (canonical && keyOfLine(read, keyOf, line) !== undefined) canonical = false;
    } else {
      if (hasTail || (last !== undefined && compareKeys(last, key) >= 0)) canonical = false;
      last = key;
    }
  }
  return { canonical, hasTail, digest: hasher.end() };
}
