import { lineOf } from '../../format/format.js';
import { fileOfType } from '../../format/line-key.js';
import { LineError, parseLine } from '../../format/parse.js';
import { fileState } from '../../merge/file-state.js';
import type { ReasonedLoss } from '../../merge/loss.js';
import { EMPTY_SET, derived, elementKey, elementsOf, withTokens } from '../../record/content.js';
import { setToken } from '../../record/elements.js';
import type { Content } from '../../record/content.js';
import { unquote } from '../../record/json.js';
import { isDeleted } from '../../record/version.js';
import type { Deleted, FileVersion, Present, Version } from '../../record/version.js';
import type { Entity, Registry } from '../../registry/entity.js';
import type { BaseEntry } from '../../store/knowledge/base.js';
import type { RecordKey } from '../../record/record-key.js';
import { fillBase, fillLines, contentsOf, knownOf } from '../../merge/missing-fields.js';
import { versionOf } from '../../format/version-of.js';
import { readTombstone } from '../../store/knowledge/tombstones.js';
import type { SkippedLine } from './collect-changes.js';
import type { ImportContext } from './context.js';
import { skippedLine } from './page.js';
import type { FoundLine, PageEntry } from './page.js';

/** All that is known of one record before it is decided. */
export interface LoadedRecord {
  readonly key: RecordKey;
  readonly entity: Entity;
  /** True when the row with that id is another project's. */
  readonly isElsewhere: boolean;
  readonly found: readonly FoundLine[];
  readonly lines: readonly FileVersion<Present>[];
  readonly tombstones: readonly FileVersion<Deleted>[];
  /** What the files state, or undefined when they have nothing of the record. */
  readonly version: Version | undefined;
  /** True when its lines refer to deleted records: what they state does not any more. */
  readonly isCleared: boolean;
  /** The same, but what its lines say nothing of is the row's where it fits: what the row is compared with. */
  readonly besideRow: Version | undefined;
  /** The bytes of that version. */
  readonly versionLine: string | undefined;
  readonly losses: readonly ReasonedLoss[];
  /** Its lines that cannot be read, and the files in which they stand. */
  readonly unread: readonly UnreadLine[];
  readonly baseEntry: BaseEntry | undefined;
  /** Whether other targets have a base of it. */
  readonly hasOtherBases: boolean;
  readonly base: FileVersion | undefined;
  /** The row exactly as it is. */
  readonly row: Content | undefined;
  /** The row, references to deleted records cleared, or else the tombstone. */
  readonly state: Content | Deleted | undefined;
  /** True when the next export gives it a new stamp, since an old version of it was taken by force. */
  readonly isRestamped: boolean;
  /** The number of its last change. */
  readonly lastChange: number;
}

/** A line that cannot be read, and what is wrong with it. */
export interface UnreadLine {
  readonly file: string;
  readonly problems: readonly SkippedLine[];
}

/** Reads what the files, the base and the database have of one record. */
export function loadRecord(context: ImportContext, entity: Entity, entry: PageEntry): LoadedRecord {
  const { registry, form } = context;
  const { row, known } = entry;
  const key = { type: entity.type, id: entry.id };
  const baseEntry = countingBase(context, known.base);
  const rawBase = baseEntry === undefined ? undefined : versionOf(registry, baseEntry.line, context.latest);
  const found: FoundLine[] = [];
  const written: FileVersion<Present>[] = [];
  const tombstones: FileVersion<Deleted>[] = [];
  const unread: UnreadLine[] = [];
  for (const line of foundLines(context, entry, baseEntry, rawBase)) {
    const version = readLine(context, key, line);
    if (version === undefined) continue;
    if ('problems' in version) {
      unread.push(version);
      continue;
    }
    found.push(line);
    if (version.kind === 'deleted') tombstones.push(version);
    else written.push(version);
  }
  const sides = [...(row === undefined ? [] : [row]), ...contentsOf(written)];
  const base = rawBase?.kind === 'present' ? fillBase(rawBase, sides) : rawBase;
  const from = base?.kind === 'present' ? base.content : undefined;
  const { lines, isCleared, version, besideRow, losses } = statedBy(context, written, tombstones, from, row);
  return {
    key,
    entity,
    isElsewhere: entry.isElsewhere,
    found,
    lines,
    tombstones,
    version,
    isCleared,
    besideRow,
    versionLine: version?.raw ?? (version && lineOf(version, form, context.coordinates)),
    losses,
    unread,
    baseEntry,
    hasOtherBases: known.hasOtherBases,
    base: base?.kind === 'present' ? withoutDeadReferences(context, base) : base,
    row,
    state: row === undefined ? known.tombstone : clearDead(context, row),
    isRestamped: known.derived !== undefined && known.derived.hash === undefined,
    lastChange: known.lastChange,
  };
}

/** A base whose stamp lies too far ahead says that the files had the record, and nothing of when. */
function countingBase({ latest }: ImportContext, base: BaseEntry | undefined): BaseEntry | undefined {
  return base !== undefined && base.stamp > latest ? { ...base, stamp: -Infinity } : base;
}

/** The lines that the first pass laid out, and the base where its file was not read or still holds it. */
function foundLines(
  { registry }: ImportContext,
  { staged, isAbsent }: PageEntry,
  base: BaseEntry | undefined,
  rawBase: FileVersion | undefined,
): readonly FoundLine[] {
  if (base === undefined || rawBase === undefined || isAbsent || staged.some(({ raw }) => raw === base.line))
    return staged;
  return [...staged, { file: homeOf(registry, rawBase), line: 0, raw: base.line }];
}

/** A line as a version, or what is wrong with it; undefined for one of a type that the registry does not know. */
export function readLine(
  context: ImportContext,
  { type, id }: RecordKey,
  found: FoundLine,
): FileVersion | UnreadLine | undefined {
  try {
    const parsed = parseLine(context.registry, found.raw, context.latest);
    return parsed.kind === 'unknown' ? undefined : parsed;
  } catch (error) {
    if (!(error instanceof LineError)) throw error;
    const problems = error.problems.map((problem) => skippedLine(type, id, found, problem, error.code));
    return { file: found.file, problems };
  }
}

/** What the lines and tombstones of a record state, and the same as the row is to be compared with it. */
function statedBy(
  context: ImportContext,
  written: readonly FileVersion<Present>[],
  tombstones: readonly FileVersion<Deleted>[],
  base: Content | undefined,
  row: Content | undefined,
): Pick<LoadedRecord, 'lines' | 'isCleared' | 'version' | 'besideRow' | 'losses'> {
  const { form } = context;
  const fill = (known: readonly Content[]): FileVersion<Present>[] =>
    fillLines(written, [...known, ...ofTable(context, written)]);
  const clear = (line: FileVersion<Present>): FileVersion<Present> => withoutDeadReferences(context, line);
  const asWritten = fill(knownOf(form, base, row));
  const lines = asWritten.map(clear);
  const isCleared = lines.some((line, index) => line !== asWritten[index]);
  const { version, losses } = fileState(lines, tombstones, form);
  const isSilent = row !== undefined && form === 'portable' && written.some((line) => line.form === 'absolute');
  if (!isSilent || version === undefined || isDeleted(version)) {
    return { lines, isCleared, version, besideRow: version, losses };
  }
  // What the lines say nothing of, the row must not lose to what only the base has.
  const { version: silent = version, losses: lost } = fileState(
    fill(knownOf('absolute', base, row)).map(clear),
    [],
    form,
  );
  return { lines, isCleared, version, besideRow: { ...silent, stamp: version.stamp }, losses: lost };
}

/** Where nothing else is known of a column that a line lacks, its row gets what the table gives to any row. */
function ofTable(context: ImportContext, written: readonly FileVersion<Present>[]): Content[] {
  const content = written.find((line) => line.content.unsaid !== undefined)?.content;
  if (content === undefined) return [];
  const { entity, id } = content;
  const tokens = content.tokens.map((token, index) => context.defaultsOf(entity).get(index) ?? token);
  return [derived({ entity, id, tokens, unknown: [] })];
}

/** The file that a version belongs into. */
export function homeOf(registry: Registry, version: FileVersion): string {
  return version.kind === 'deleted' ? registry.deletionsFile : fileOfType(registry, version.type);
}

/** A line that refers to a deleted record is read as its next version, without the reference. */
function withoutDeadReferences(context: ImportContext, line: FileVersion<Present>): FileVersion<Present> {
  const content = clearDead(context, line.content);
  return content === line.content ? line : { ...line, content, edited: true };
}

/** Clears optional references to records that are deleted; those to records that are merely not here stay. */
export function clearDead(context: ImportContext, content: Content): Content {
  if (!context.mayReferToDeleted) return content;
  const changes = new Map<number, string>();
  for (const { name, field, target } of content.entity.referring) {
    const index = content.entity.indexOf.get(name) ?? -1;
    const token = content.tokens[index] ?? 'null';
    if (field.kind === 'set') {
      if (token === EMPTY_SET) continue;
      const elements = elementsOf(field.set, token);
      const alive = elements.filter((element) => !isDead(context, target, elementKey(element)));
      if (alive.length < elements.length) changes.set(index, setToken(field.set, alive));
      if (alive.length === 0) {
        for (const count of content.entity.counts) if (count.set === index) changes.set(count.index, '0');
      }
    } else if (token !== 'null' && isDead(context, target, unquote(token))) {
      changes.set(index, 'null');
    }
  }
  return changes.size === 0 ? content : withTokens(content, changes);
}

function isDead(context: ImportContext, type: string, id: string): boolean {
  if (context.projectOf(type, id) !== undefined || isToBeDecided(context, type, id)) return false;
  return readTombstone(context.sql, context.target.project, { type, id }) !== undefined;
}

/** A record that the files say something new of may come back yet; what refers to it is kept aside until that is known. */
function isToBeDecided({ sql }: ImportContext, type: string, id: string): boolean {
  return (
    sql.get(`SELECT 1 FROM temp.scsync_staged WHERE type = ? AND id = ? AND raw IS NOT NULL`, type, id) !== undefined
  );
}
