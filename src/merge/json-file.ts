import { unquote } from '../record/json.js';
import { mapSides } from './field.js';
import type { Sides } from './field.js';
import type { FileLoss, FileSides, MergedFile } from './file.js';
import { conflictLines } from './file.js';
import { mergeChunks } from './chunks.js';
import type { TextForm } from './chunks.js';
import { mergeLine } from './json-line.js';
import { mergeOrder } from './json-order.js';
import type { Placed } from './json-order.js';
import { MARK, keyReader, problemOf, readJsonText } from './json-text.js';
import type { Ends, JsonLine, JsonText } from './json-text.js';

/** How lines of another program merge. */
export interface JsonFileOptions {
  /** The field that identifies a line. */
  readonly key: string;
  /** Groups of fields that mean one thing, and win or lose together. */
  readonly together: readonly (readonly string[])[];
}

/**
 * Merges three versions of a file of JSON objects, one a line, whatever its program. Lines that no side changed keep their bytes,
 * and all lines their order. An id that stands on several lines of a side keeps all of them: there whole lines are compared.
 * Swapping ours and theirs gives the same text.
 */
export function mergeJsonFile(sides: FileSides, options: JsonFileOptions, form?: TextForm): MergedFile {
  const merge = (part: FileSides): MergedFile => mergeWholeFile(part, options);
  return mergeChunks(sides, { keyOf: keyReader(options.key), isSorted: false, merge }, form);
}

/** The same without looking for lines that all versions have alike: what {@link mergeJsonFile} must give. */
export function mergeWholeFile(sides: FileSides, options: JsonFileOptions): MergedFile {
  const { base, ours, theirs } = sides;
  if (ours === theirs || theirs === base) return { text: ours, losses: [], problems: [] };
  if (ours === base) return { text: theirs, losses: [], problems: [] };
  const texts = mapSides(sides, (text) => readJsonText(text, options.key));
  const markers = (['ours', 'theirs'] as const).flatMap((side) => texts[side].markers.map((line) => `${side}:${line}`));
  if (markers.length === 0) return mergeTexts(texts, options);
  const lines = mapSides(sides, (text) => text.split('\n').filter((line) => line !== ''));
  const problems = markers.map((where) => `${where}: found a conflict marker`);
  return { text: `${conflictLines(lines).join('\n')}\n`, losses: [], problems };
}

function mergeTexts(texts: Sides<JsonText>, options: JsonFileOptions): MergedFile {
  const repeated = new Set([...repeatedKeys(texts.ours), ...repeatedKeys(texts.theirs)]);
  const isSingle = ({ key }: JsonLine): boolean => key !== undefined && !repeated.has(key);
  const known = mapSides(texts, ({ lines }) => byIdentity(lines, isSingle));
  const noBase = new Set([
    ...repeatedKeys(texts.base),
    ...texts.base.lines.flatMap(({ key, isInConflict }) => (isInConflict ? [key] : [])),
  ]);
  const inBase = new Set(texts.base.lines.map(({ raw }) => raw));
  const [losses, problems]: [FileLoss[], string[]] = [[], []];
  const result = new Map<string, Placed & MergedLine>();
  for (const identity of new Set([...known.ours.keys(), ...known.theirs.keys()])) {
    const { base, ours, theirs } = mapSides(known, (lines) => lines.get(identity));
    const isNone = base !== undefined && isSingle(base) && noBase.has(base.key);
    const merged = mergeLines({ base: isNone ? undefined : base, ours, theirs }, inBase, options);
    for (const loss of merged.losses) losses.push(loss);
    problems.push(...merged.problems);
    if (merged.lines.length > 0) result.set(identity, { identity, sortKey: textOf((ours ?? theirs)?.key), ...merged });
  }
  const order = mergeOrder(
    mapSides(known, (lines) => [...lines.keys()]),
    result,
  );
  const lines = order.flatMap((identity) => result.get(identity)?.lines ?? []);
  return { text: joined(lines, mergeEnds(texts)), losses, problems };
}

function textOf(key = ''): string {
  return key.startsWith('"') ? unquote(key) : key;
}

/** The lines of a side by what they are known by: a key, or, where that is repeated or missing, the bytes and how often they stood before. */
function byIdentity(lines: readonly JsonLine[], isSingle: (line: JsonLine) => boolean): Map<string, JsonLine> {
  const known = new Map<string, JsonLine>();
  const counts = new Map<string, number>();
  for (const line of lines) {
    const count = counts.get(line.raw) ?? 0;
    if (!isSingle(line)) counts.set(line.raw, count + 1);
    known.set(isSingle(line) ? `k${line.key ?? ''}` : `l${count} ${line.raw}`, line);
  }
  return known;
}

/** What becomes of a line: itself, nothing, or the conflict where one cannot be read that has to be. */
interface MergedLine {
  readonly lines: readonly string[];
  readonly losses: readonly FileLoss[];
  readonly problems: readonly string[];
}

function mergeLines(
  sides: Sides<JsonLine | undefined>,
  inBase: ReadonlySet<string>,
  { key, together }: JsonFileOptions,
): MergedLine {
  const { base, ours, theirs } = sides;
  const as = (line: JsonLine | undefined): MergedLine => ({ lines: linesOf(line), losses: [], problems: [] });
  const conflict = (problems: readonly string[]): MergedLine => ({
    lines: conflictLines(mapSides(sides, linesOf)),
    losses: [],
    problems,
  });
  if (ours?.raw === theirs?.raw) return as(ours);
  const problems = problemsOf({ ours, theirs }, key, (line) => !inBase.has(line.raw));
  if (problems.length > 0) return conflict(problems);
  if (ours?.raw === base?.raw) return as(theirs);
  // Where one side removed what the other changed, it stays.
  if (theirs?.raw === base?.raw || theirs === undefined) return as(ours);
  if (ours === undefined) return as(theirs);
  const unread = problemsOf({ ours, theirs }, key, () => true);
  if (unread.length > 0) return conflict(unread);
  const readableBase = base === undefined || problemOf(base, key) !== undefined ? undefined : base.raw;
  const { line, losses } = mergeLine(readableBase, ours.raw, theirs.raw, together);
  const id = textOf(ours.key);
  return { lines: [line], losses: losses.map((loss) => ({ type: '', id, loss, why: 'merge' })), problems: [] };
}

function problemsOf(
  sides: Readonly<Record<string, JsonLine | undefined>>,
  key: string,
  isAsked: (line: JsonLine) => boolean,
): string[] {
  return Object.entries(sides).flatMap(([side, line]) => {
    if (line === undefined || line.raw.trim() === '' || !isAsked(line)) return [];
    const problem = problemOf(line, key);
    return problem === undefined ? [] : [`${side}:${line.number}: ${problem}`];
  });
}

function linesOf(line: JsonLine | undefined): string[] {
  return line === undefined ? [] : [line.raw];
}

function repeatedKeys({ lines }: JsonText): string[] {
  const seen = new Set<string>();
  const repeated: string[] = [];
  for (const { key } of lines) {
    if (key === undefined) continue;
    if (seen.has(key)) repeated.push(key);
    seen.add(key);
  }
  return repeated;
}

/** How the text begins and its lines end: as on the side that changed it. A side without lines says nothing. */
function mergeEnds({ base, ours, theirs }: Sides<JsonText>): Ends {
  const three = (of: (ends: Ends) => boolean): boolean => {
    if (ours.lines.length === 0) return of(theirs.ends);
    if (theirs.lines.length === 0) return of(ours.ends);
    return of(ours.ends) === of(base.ends) ? of(theirs.ends) : of(ours.ends);
  };
  return {
    hasMark: three(({ hasMark }) => hasMark),
    isCrlf: three(({ isCrlf }) => isCrlf),
    lastHasEnd: three(({ lastHasEnd }) => lastHasEnd),
  };
}

function joined(lines: readonly string[], { hasMark, isCrlf, lastHasEnd }: Ends): string {
  const end = isCrlf ? '\r\n' : '\n';
  return lines.length === 0 ? '' : (hasMark ? MARK : '') + lines.join(end) + (lastHasEnd ? end : '');
}
