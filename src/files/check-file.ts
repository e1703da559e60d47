import { join } from 'node:path';

import { LineError, parseLine } from '../format/parse.js';
import { isConflictMarker } from '../merge/conflict-marker.js';
import { LIMITS, LINE_TOO_LONG, NOT_UTF8, fitsInto } from '../record/limits.js';
import type { RecordKey } from '../record/record-key.js';
import type { UnknownLine } from '../record/version.js';
import type { Registry } from '../registry/entity.js';
import { CONFLICTS_FILE } from '../registry/names.js';
import { fileExists } from './file.js';
import { readLines } from './line-reader.js';
import type { TextLine } from './line-reader.js';
import { parseConflictLine } from './parse-conflict-line.js';
import { scanFile } from './scan-file.js';

/** What may be wrong with an export directory that somebody proposes. */
export const FINDINGS = ['unreadable', 'unknown', 'markers', 'twice', 'order', 'gone', 'registry', 'settings'] as const;

/** Something that a person must look at. */
export interface Finding {
  readonly what: (typeof FINDINGS)[number];
  readonly file: string;
  /** The number of the line, where one is to blame. */
  readonly line?: number;
  readonly record?: RecordKey;
  readonly says: string;
}

/** More is not said of one file. */
const MOST_FINDINGS = 50;

const OUT_OF_ORDER = 'its lines are not in the form and order in which sc-sync writes them';

/** Reads a data file as it lies there, and says what is wrong with it. Throws `io`, and `refused` for what is no plain file. */
export function checkFile(registry: Registry, dir: string, name: string, latest: number): Finding[] {
  const path = join(dir, name);
  if (!fileExists(path)) return [];
  const findings: Finding[] = [];
  const seen = new Map<string, number>();
  let further = 0;
  for (const line of readLines(path, undefined, { cutsLongLines: true })) {
    const found = checkLine(registry, name, line, { latest, seen });
    if (found === undefined) continue;
    if (findings.length < MOST_FINDINGS) findings.push(found);
    else further++;
  }
  const [first] = findings;
  if (first === undefined) {
    // Only where all else is well: what mends a file puts its lines in order too.
    return scanFile(registry, path, name).canonical ? [] : [{ what: 'order', file: name, says: OUT_OF_ORDER }];
  }
  return further === 0 ? findings : [...findings, { what: first.what, file: name, says: `and ${further} more lines` }];
}

interface Known {
  readonly latest: number;
  /** The line on which each record stands. */
  readonly seen: Map<string, number>;
}

function checkLine(registry: Registry, file: string, line: TextLine, { latest, seen }: Known): Finding | undefined {
  const { text, number } = line;
  const at = { file, line: number };
  if (text === '') return undefined;
  if (isConflictMarker(text)) return { what: 'markers', ...at, says: 'a conflict marker stands here' };
  if (!fitsInto(text, LIMITS.lineBytes)) return { what: 'unreadable', ...at, says: LINE_TOO_LONG };
  if (line.invalidUtf8 === true) return { what: 'unreadable', ...at, says: NOT_UTF8 };
  try {
    const version = file === CONFLICTS_FILE ? readConflict(registry, text, latest) : parseLine(registry, text, latest);
    if (version.kind === 'unknown') {
      const says = `the type ${JSON.stringify(version.type)} is unknown here, so nobody checked this line`;
      return { what: 'unknown', ...at, says };
    }
    const { type, id, kind } = version;
    const key = `${kind} ${type} ${id}`;
    const other = seen.get(key);
    seen.set(key, other ?? number);
    if (other === undefined) return undefined;
    return { what: 'twice', ...at, record: { type, id }, says: `its record stands on line ${other} already` };
  } catch (error) {
    if (!(error instanceof LineError)) throw error;
    return { what: 'unreadable', ...at, says: error.message };
  }
}

/** A line about a value that lost, told apart from others of its record by its own id. */
function readConflict(
  registry: Registry,
  text: string,
  latest: number,
): Pick<UnknownLine, 'kind' | 'type'> | (RecordKey & { readonly kind: `conflict ${string}` }) {
  const { kind, id, key } = parseConflictLine(registry, text, latest);
  return kind === 'unknown' ? { kind, type: key.type } : { ...key, kind: `conflict ${id}` };
}
