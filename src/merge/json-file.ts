import { JsonError } from '../record/json.js';
import { saySame } from '../record/json-source.js';
import { eitherText, mapSides } from './field.js';
import type { Sides } from './field.js';
import type { FileLoss, FileSides, MergedFile } from './file.js';
import { conflictLines } from './file.js';
import type { LineMerge } from './chunks.js';
import { keyReader } from './json-key.js';
import { keylessConflicts } from './json-keyless.js';
import { mergePair } from './json-line.js';
import { mergeOrder } from './json-order.js';
import type { Placed } from './json-order.js';
import type { JsonRules } from './json-policy.js';
import { joinLines, markersIn, meaningOfLine, problemOf, readJsonText } from './json-text.js';
import type { EndedLines, JsonLine, JsonText } from './json-text.js';

/** How the lines of another program merge. */
export interface JsonFileOptions extends JsonRules {
  /** What identifies a line: the first of these keys that it has. */
  readonly keys: readonly string[];
  /** True where lines without a key are those of a log or a set: what both sides added stays. */
  readonly appendOnly: boolean;
  /** How long conflict markers are. */
  readonly markerSize?: number | undefined;
}

/** How the lines of another program merge. */
export function jsonLines(options: JsonFileOptions): LineMerge {
  const read = keyReader(options.keys);
  const keyOf = (raw: string): string | undefined => {
    const identity = read(raw)?.identity;
    // Such a key is the same where each byte is given as a character.
    return identity !== undefined && /^[\u0020-\u007e]+$/.test(identity) ? identity : undefined;
  };
  return { keyOf, isSorted: false, merge: (sides) => mergeJsonFile(sides, options) };
}

/**
 * Merges three versions of a file of JSON, one value a line, whatever its program. Lines that no side changed keep their bytes, and all
 * lines their order. A key that stands on several lines of a side keeps all of them: there whole lines are compared.
 * Swapping ours and theirs gives the same text.
 */
export function mergeJsonFile(sides: FileSides, options: JsonFileOptions): MergedFile {
  const { base, ours, theirs } = sides;
  if (ours === theirs || theirs === base) return { text: ours, losses: [], problems: [] };
  if (ours === base) return { text: theirs, losses: [], problems: [] };
  const keyOf = keyReader(options.keys);
  const stays = markersThatStay(sides);
  const texts = mapSides(sides, (text) => readJsonText(text, keyOf, (marker) => stays.has(marker)));
  const markers = (['ours', 'theirs'] as const).flatMap((side) => texts[side].markers.map((line) => `${side}:${line}`));
  if (markers.length === 0) return mergeTexts(texts, options);
  const lines = mapSides(sides, (text) => text.split('\n').filter((line) => line !== ''));
  const problems = markers.map((where) => `${where}: a conflict marker stands here`);
  return { text: `${conflictLines(lines, options.markerSize).join('\n')}\n`, losses: [], problems };
}

/**
 * The conflict markers that are lines like others, since the base and a side have them: somebody committed them, or git replays what it
 * remembers of a conflict. All others in the base are of a base that git merged first.
 */
function markersThatStay({ base, ours, theirs }: FileSides): Set<string> {
  const inSides = new Set([...markersIn(ours), ...markersIn(theirs)]);
  return new Set(markersIn(base).filter((marker) => inSides.has(marker)));
}

/** What stands in the place of a line: itself, nothing, or the conflict where one that has to be read cannot be. */
interface MergedLine extends EndedLines {
  readonly losses: readonly FileLoss[];
  readonly problems: readonly string[];
}

function mergeTexts(texts: Sides<JsonText>, options: JsonFileOptions): MergedFile {
  const repeated = new Set([...repeatedKeys(texts.ours), ...repeatedKeys(texts.theirs)]);
  const isSingle = ({ key }: JsonLine): boolean => key !== undefined && !repeated.has(key.identity);
  const raws = mapSides(texts, ({ lines }) => new Set(lines.map(({ raw }) => raw)));
  const isInAll = (raw: string): boolean => raws.base.has(raw) && raws.ours.has(raw) && raws.theirs.has(raw);
  const known = mapSides(texts, ({ lines }) => byIdentity(lines, isSingle, isInAll));
  const orders = mapSides(known, (lines) => [...lines.keys()]);
  const noBase = new Set([
    ...repeatedKeys(texts.base),
    ...texts.base.lines.flatMap(({ key, isInConflict }) => (isInConflict ? [key?.identity] : [])),
  ]);
  const result = new Map<string, Placed & MergedLine>();
  const done = new Set<string>();
  const hasNoKey = (identity: string): boolean =>
    [known.base, known.ours, known.theirs].some((lines) => isKeyless(lines.get(identity)));
  for (const places of options.appendOnly ? [] : keylessConflicts(orders, hasNoKey)) {
    const identities = [...places.ours, ...places.theirs];
    for (const each of identities) done.add(each);
    const [identity = ''] = identities;
    result.set(identity, { identity, sortKey: '', ...keylessConflict(known, places, options) });
  }
  for (const identity of new Set([...orders.ours, ...orders.theirs])) {
    if (done.has(identity)) continue;
    const { base, ours, theirs } = mapSides(known, (lines) => lines.get(identity));
    const isNone = base !== undefined && isSingle(base) && noBase.has(base.key?.identity);
    const merged = mergeLines({ base: isNone ? undefined : base, ours, theirs }, raws.base, options);
    if (merged.lines.length > 0)
      result.set(identity, { identity, sortKey: (ours ?? theirs)?.key?.id ?? '', ...merged });
  }
  const placed = mergeOrder(orders, result).flatMap((identity) => result.get(identity) ?? []);
  const all = [...result.values()];
  return {
    text: joinLines(placed, texts),
    losses: all.flatMap(({ losses }) => losses),
    problems: all.flatMap(({ problems }) => problems),
  };
}

/** Says whether a line has text and no key. */
function isKeyless(line: JsonLine | undefined): boolean {
  return line !== undefined && line.key === undefined && line.raw.trim() !== '';
}

/** The conflict in which lines without a key stand that both sides changed at one place. */
function keylessConflict(
  known: Sides<ReadonlyMap<string, JsonLine>>,
  places: Sides<readonly string[]>,
  { markerSize }: JsonFileOptions,
): MergedLine {
  const linesIn = (side: keyof FileSides): JsonLine[] => places[side].flatMap((each) => known[side].get(each) ?? []);
  const lines = { base: linesIn('base'), ours: linesIn('ours'), theirs: linesIn('theirs') };
  const [ours, theirs] = [lines.ours[0], lines.theirs[0]];
  const where = ours === undefined ? `theirs:${theirs?.number ?? 0}` : `ours:${ours.number}`;
  return {
    lines: conflictLines(
      mapSides(lines, (side) => side.map(({ raw }) => raw)),
      markerSize,
    ),
    endsOtherwise: false,
    losses: [],
    problems: [`${where}: both sides changed lines without a key here; one side may, or both with --append-only`],
  };
}

/**
 * The lines of a side by what they are known by: a key, or, where that is repeated or missing, what they say and how often it stood before.
 * A line that all sides have is known by its text, so that it need not be read.
 */
function byIdentity(
  lines: readonly JsonLine[],
  isSingle: (line: JsonLine) => boolean,
  isInAll: (raw: string) => boolean,
): Map<string, JsonLine> {
  const known = new Map<string, JsonLine>();
  const counts = new Map<string, number>();
  for (const line of lines) {
    if (isSingle(line)) known.set(`k${line.key?.identity ?? ''}`, line);
    else {
      const said = isInAll(line.raw) ? `text ${line.raw}` : `line ${meaningOfLine(line.raw)}`;
      const count = counts.get(said) ?? 0;
      counts.set(said, count + 1);
      known.set(`${count} ${said}`, line);
    }
  }
  return known;
}

function mergeLines(
  sides: Sides<JsonLine | undefined>,
  inBase: ReadonlySet<string>,
  options: JsonFileOptions,
): MergedLine {
  const { base, ours, theirs } = sides;
  const endsOtherwise = mergeEnd(sides);
  const as = (...lines: readonly string[]): MergedLine => ({ lines, endsOtherwise, losses: [], problems: [] });
  const conflict = (problems: readonly string[]): MergedLine => ({
    ...as(...conflictLines(mapSides(sides, linesOf), options.markerSize)),
    problems,
  });
  if (ours !== undefined && theirs !== undefined && sameLine(ours, theirs)) {
    return as(eitherText({ base: base?.raw, ours: ours.raw, theirs: theirs.raw }) ?? '');
  }
  const problems = problemsOf({ ours, theirs }, (line) => !inBase.has(line.raw));
  if (problems.length > 0) return conflict(problems);
  if (sameLine(ours, base)) return as(...linesOf(theirs));
  // Where one side removed what the other changed, it stays.
  if (sameLine(theirs, base) || theirs === undefined) return as(...linesOf(ours));
  if (ours === undefined) return as(...linesOf(theirs));
  const [o, t, b] = [ours.read(), theirs.read(), base?.read()];
  if (o instanceof JsonError || t instanceof JsonError) return conflict(problemsOf({ ours, theirs }, () => true));
  const merged = mergePair({ base: b instanceof JsonError ? undefined : b, ours: o, theirs: t }, options);
  if ('problem' in merged) return conflict([`ours:${ours.number}: ${merged.problem}`]);
  const id = ours.key?.id ?? '';
  return { ...as(merged.line), losses: merged.losses.map((loss) => ({ type: '', id, loss, why: 'merge' })) };
}

/** Says whether two lines of one identity say the same. Without a key that is what they are known by. */
function sameLine(a: JsonLine | undefined, b: JsonLine | undefined): boolean {
  if (a === undefined || b === undefined) return a === b;
  if (a.raw === b.raw || a.key === undefined) return true;
  const [x, y] = [a.read(), b.read()];
  return !(x instanceof JsonError) && !(y instanceof JsonError) && saySame(x, y);
}

/** Whether a line ends otherwise than the first one: as on the side that changed that. */
function mergeEnd({ base, ours, theirs }: Sides<JsonLine | undefined>): boolean {
  const [o, t] = [(ours ?? theirs)?.endsOtherwise ?? false, (theirs ?? ours)?.endsOtherwise ?? false];
  return o === t ? o : base !== undefined && !base.endsOtherwise;
}

function problemsOf(
  sides: Readonly<Record<string, JsonLine | undefined>>,
  isAsked: (line: JsonLine) => boolean,
): string[] {
  return Object.entries(sides).flatMap(([side, line]) => {
    if (line === undefined || !isAsked(line)) return [];
    const problem = problemOf(line);
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
    if (seen.has(key.identity)) repeated.push(key.identity);
    seen.add(key.identity);
  }
  return repeated;
}
