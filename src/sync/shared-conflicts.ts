import { join } from 'node:path';

import { fileExists } from '../files/file.js';
import { digestFile } from '../files/file-bytes.js';
import type { FileDigest } from '../files/stretches.js';
import { readLines } from '../files/line-reader.js';
import type { TextLine } from '../files/line-reader.js';
import { parseConflictLine } from '../files/parse-conflict-line.js';
import type { ConflictLine } from '../files/parse-conflict-line.js';
import { lostContent } from '../files/parse-lost-value.js';
import { LineError } from '../format/parse.js';
import { closedLine, joinConflictLines, openLine } from '../merge/conflict-line.js';
import { isConflictMarker } from '../merge/conflict-marker.js';
import type { Content } from '../record/content.js';
import { LIMITS, fitsInto } from '../record/limits.js';
import { latestStamp } from '../record/stamp.js';
import { entityOfType } from '../registry/entity.js';
import type { Registry } from '../registry/entity.js';
import { CONFLICTS_FILE } from '../registry/names.js';
import { nothingIsPrivate } from './privacy.js';
import { entriesOf, readJournal } from '../store/knowledge/journal.js';
import type { JournalEntry } from '../store/knowledge/journal.js';
import { isMarkedPrivate } from '../store/knowledge/private-marks.js';
import { settledHash } from '../store/knowledge/settled-files.js';
import { sharedAs, wasShared } from '../store/knowledge/shared-losses.js';
import type { Target } from '../store/knowledge/target.js';
import type { Rows } from '../store/rows.js';
import type { Sql } from '../store/sql.js';

/** A line that says a value was taken or dropped stays so long, in milliseconds. */
const CLOSED_FOR = 30 * 24 * 60 * 60 * 1000;
const PAGE = 500;
/** Stands for the hash of a file that is not there. */
export const MISSING: FileDigest = { hash: 'missing', stretches: [] };

/** Where the journal and a file are compared. */
export interface JournalPlace {
  readonly sql: Sql;
  readonly registry: Registry;
  readonly target: Target;
  readonly rows: Rows;
  readonly now: number;
  /** Whether a record never leaves the database. */
  readonly isPrivate: (content: Content) => boolean;
}

/** An entry of the journal that the file has no line of yet. */
export interface AddedLine {
  readonly id: string;
  readonly entry: JournalEntry;
}

/** What the file of conflicts is to be; its lines lie in a temporary table. */
export interface SharedConflicts {
  readonly added: readonly AddedLine[];
  /** How many lines say now that their value was taken or dropped. */
  readonly closed: number;
  /** Lines that nobody can read, as they are. */
  readonly tail: readonly (string | Uint8Array)[];
  /** True where every line is of a value that this database can know. */
  readonly isReadable: boolean;
}

/** What the bytes of the file are, and whether the journal was found to say the same. */
export function conflictsDigest({ sql, target }: Pick<JournalPlace, 'sql' | 'target'>): {
  readonly digest: FileDigest;
  readonly isSettled: boolean;
} {
  const digest = digestFile(join(target.dir, CONFLICTS_FILE)) ?? MISSING;
  const isNothing = digest === MISSING && readJournal(sql, target.project, 0, 1).length === 0;
  return { digest, isSettled: isNothing || settledHash(sql, target, CONFLICTS_FILE) === digest.hash };
}

/**
 * Compares the journal with the file: nobody's line goes, but those that were closed long ago. A file in the middle of a merge is left as it
 * is: then undefined.
 */
export function planConflicts(place: JournalPlace): SharedConflicts | undefined {
  const { sql, target } = place;
  sql.exec(
    `CREATE TEMP TABLE IF NOT EXISTS scsync_conflict_lines (id TEXT PRIMARY KEY, line TEXT NOT NULL) WITHOUT ROWID`,
  );
  sql.exec(`DELETE FROM temp.scsync_conflict_lines`);
  const found = layOutFile(place);
  if (found === undefined) return undefined;
  const added: AddedLine[] = [];
  for (let after = 0, page; (page = readJournal(sql, target.project, after, PAGE)).length > 0;) {
    after = page.at(-1)?.n ?? 0;
    for (const entry of page) {
      const shared = sharedAs(sql, entry, entry);
      if (shared === undefined || lineOfId(sql, shared.id) !== undefined) continue;
      const line = lineOfEntry(place, entry, shared.again);
      if (line === undefined || staysHere(place, entry)) continue;
      put(sql, shared.id, line);
      added.push({ entry, id: shared.id });
    }
  }
  const { closed, tail, isForeign } = found;
  return { added, closed, tail, isReadable: tail.length === 0 && !isForeign };
}

/** Says whether the journal and every line of the file say the same. */
export function areAgreed(place: JournalPlace): boolean {
  const plan = planConflicts(place);
  return plan?.isReadable === true && plan.added.length + plan.closed === 0;
}

/** The lines that the file is to have, in order, without those that are to stay here. */
export function* conflictLines(sql: Sql, without: ReadonlySet<string>): Generator<string> {
  for (let after = '', page; ; after = String(page.at(-1)?.[0] ?? '')) {
    page = sql.all(`SELECT id, line FROM temp.scsync_conflict_lines WHERE id > ? ORDER BY id LIMIT ${PAGE}`, after);
    for (const [id, line] of page) if (!without.has(String(id))) yield String(line);
    if (page.length < PAGE) return;
  }
}

type FoundFile = Pick<SharedConflicts, 'closed' | 'tail'> & {
  /** It has lines of types that the registry does not know. */
  readonly isForeign: boolean;
};

function layOutFile(place: JournalPlace): FoundFile | undefined {
  const { sql, target } = place;
  const path = join(target.dir, CONFLICTS_FILE);
  const tail: (string | Uint8Array)[] = [];
  let [closed, isForeign] = [0, false];
  for (const line of fileExists(path) ? readLines(path) : []) {
    if (line.text.trim() === '') continue;
    if (isConflictMarker(line.text)) return undefined;
    const read = readLine(place, line);
    if (read === undefined) {
      tail.push(line.bytes ?? line.text);
      continue;
    }
    isForeign ||= read.kind === 'unknown';
    const isToClose = read.kind === 'open' && isClosedHere(place, read);
    if (isToClose) closed++;
    if (read.kind === 'closed' && read.at + CLOSED_FOR < place.now) continue;
    put(sql, read.id, isToClose ? closedLine(read.id, read.key, place.now) : read.raw);
  }
  return { closed, tail, isForeign };
}

function readLine(
  { registry, now }: JournalPlace,
  line: Pick<TextLine, 'text' | 'invalidUtf8'>,
): ConflictLine | undefined {
  if (line.invalidUtf8 === true) return undefined;
  try {
    return parseConflictLine(registry, line.text, latestStamp(now));
  } catch (error) {
    if (error instanceof LineError) return undefined;
    throw error;
  }
}

function put(sql: Sql, id: string, line: string): void {
  const other = lineOfId(sql, id);
  sql.run(
    `INSERT INTO temp.scsync_conflict_lines (id, line) VALUES (?1, ?2) ON CONFLICT (id) DO UPDATE SET line = ?2`,
    id,
    other === undefined ? line : joinConflictLines(other, line),
  );
}

function lineOfId(sql: Sql, id: string): string | undefined {
  const row = sql.get(`SELECT line FROM temp.scsync_conflict_lines WHERE id = ?`, id);
  return row === undefined ? undefined : String(row[0]);
}

/** Somebody took or dropped it here, or it is of a record that is private now. */
function isClosedHere(place: JournalPlace, { id, key }: ConflictLine): boolean {
  if (!wasShared(place.sql, id)) return false;
  const entry = entriesOf(place.sql, key).find((each) => sharedAs(place.sql, key, each)?.id === id);
  return entry === undefined || staysHere(place, entry);
}

/** Values of private records never leave the database. Of a record that is gone the mark says so, or what it was when it lost. */
function staysHere({ sql, registry, rows, isPrivate }: JournalPlace, { type, id, field, lost }: JournalEntry): boolean {
  const entity = entityOfType(registry, type);
  // What it is of can be asked no more.
  if (entity === undefined) return true;
  if (isPrivate === nothingIsPrivate) return false;
  if (isMarkedPrivate(sql, { type, id })) return true;
  const row = rows.read(entity, id) ?? (field === null ? lostContent(registry, entity, id, lost) : undefined);
  return row !== undefined && isPrivate(row);
}

/** The line of an entry; undefined where nobody could read it: it is too long, or the registry is another one by now. */
function lineOfEntry(place: JournalPlace, entry: JournalEntry, again: number): string | undefined {
  const line = openLine(entry, { loss: entry, why: entry.why }, again);
  return fitsInto(line, LIMITS.lineBytes) && readLine(place, { text: line }) !== undefined ? line : undefined;
}
