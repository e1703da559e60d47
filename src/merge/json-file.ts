import { unquote } from '../record/json.js';
import type { FileLoss, FileSides, MergedFile } from './file.js';
import { conflictLines } from './file.js';
import { mergePieces } from './merge-pieces.js';
import type { TextForm } from './merge-pieces.js';
import { mergeLine } from './json-line.js';
import { mergeOrder } from './json-order.js';
import type { Placed } from './json-order.js';
import { keyReader, problemOf, readJsonText } from './json-text.js';
import type { Ends, JsonLine, JsonText } from './json-text.js';

/** How lines of another program merge. */
export interface JsonFileOptions {
  /** The field that identifies a line. */
  readonly key: string;
  /** Groups of fields that mean one thing, and win or lose together. */
  readonly together: readonly (readonly string[])[];
}

/** A line of the result, or the conflict that stands in its place. */
interface Merged extends Placed {
  readonly lines: readonly string[];
}

/**
 * Merges three versions of a file of JSON objects, one a line, whatever its program. Lines that no side changed keep their bytes,
 * and all lines their order. An id that stands on several lines of a side keeps all of them: there whole lines are compared.
 * Swapping ours and theirs gives the same text.
 */
export function mergeJsonFile(sides: FileSides, options: JsonFileOptions, form?: TextForm): MergedFile {
  const merge = (part: FileSides): MergedFile => mergeWholeFile(part, options);
  return mergePieces(sides, { keyOf: keyReader(options.key), isSorted: false, merge }, form);
}

/** The same without looking for lines that all versions have alike: what {@link mergeJsonFile} must give. */
export function mergeWholeFile(sides: FileSides, options: JsonFileOptions): MergedFile {
  const { base, ours, theirs } = sides;
  if (ours === theirs || theirs === base) return done(ours);
  if (ours === base) return done(theirs);
  const read = {
    base: readJsonText(base, options.key),
    ours: readJsonText(ours, options.key),
    theirs: readJsonText(theirs, options.key),
  };
  const markers = (['ours', 'theirs'] as const).flatMap((side) => read[side].markers.map((line) => `${side}:${line}`));
  if (markers.length > 0) {
    const lines = [base, ours, theirs].map((text) => text.split('\n').filter((line) => line !== '')) as [
      string[],
      string[],
      string[],
    ];
    const problems = markers.map((where) => `${where}: found a conflict marker`);
    return { text: `${conflictLines(...lines).join('\n')}\n`, losses: [], problems };
  }
  return new JsonFileMerge(read, options).run();
}

function done(text: string): MergedFile {
  return { text, losses: [], problems: [] };
}

type Texts = Readonly<Record<keyof FileSides, JsonText>>;

/** The lines of a side by what they are known by. */
type Known = ReadonlyMap<string, JsonLine>;

class JsonFileMerge {
  readonly #texts: Texts;
  readonly #options: JsonFileOptions;
  /** Keys that stand on several lines of a side. */
  readonly #repeated: ReadonlySet<string>;
  readonly #baseLines: ReadonlySet<string>;
  readonly #losses: FileLoss[] = [];
  readonly #problems: string[] = [];

  constructor(texts: Texts, options: JsonFileOptions) {
    this.#texts = texts;
    this.#options = options;
    this.#repeated = new Set([...repeatedKeys(texts.ours), ...repeatedKeys(texts.theirs)]);
    this.#baseLines = new Set(texts.base.lines.map(({ raw }) => raw));
  }

  run(): MergedFile {
    const base = this.#byIdentity(this.#texts.base);
    const ours = this.#byIdentity(this.#texts.ours);
    const theirs = this.#byIdentity(this.#texts.theirs);
    const noBase = new Set([
      ...repeatedKeys(this.#texts.base),
      ...this.#texts.base.lines.flatMap(({ key, isInConflict }) => (isInConflict ? [key] : [])),
    ]);
    const result = new Map<string, Merged>();
    for (const identity of new Set([...ours.keys(), ...theirs.keys()])) {
      const [o, t] = [ours.get(identity), theirs.get(identity)];
      const known = base.get(identity);
      const b = known !== undefined && noBase.has(known.key) && this.#isSingle(known) ? undefined : known;
      const lines = this.#merge(b, o, t);
      const key = (o ?? t)?.key;
      if (lines.length > 0)
        result.set(identity, { identity, lines, sortKey: key?.startsWith('"') === true ? unquote(key) : (key ?? '') });
    }
    const order = mergeOrder({ base: [...base.keys()], ours: [...ours.keys()], theirs: [...theirs.keys()] }, result);
    const lines = order.flatMap((identity) => result.get(identity)?.lines ?? []);
    return { text: joined(lines, mergeEnds(this.#texts)), losses: this.#losses, problems: this.#problems };
  }

  #isSingle({ key }: JsonLine): boolean {
    return key !== undefined && !this.#repeated.has(key);
  }

  /** A line is known by its key; one whose key is repeated, or that has none, by its bytes and how often they stood before. */
  #byIdentity({ lines }: JsonText): Known {
    const known = new Map<string, JsonLine>();
    const counts = new Map<string, number>();
    for (const line of lines) {
      if (this.#isSingle(line)) {
        known.set(`k${line.key ?? ''}`, line);
        continue;
      }
      const count = counts.get(line.raw) ?? 0;
      counts.set(line.raw, count + 1);
      known.set(`l${count} ${line.raw}`, line);
    }
    return known;
  }

  #merge(base: JsonLine | undefined, ours: JsonLine | undefined, theirs: JsonLine | undefined): readonly string[] {
    if (ours?.raw === theirs?.raw) return linesOf(ours);
    const conflict = this.#conflict(base, ours, theirs, (line) => this.#baseLines.has(line.raw));
    if (conflict !== undefined) return conflict;
    if (ours?.raw === base?.raw) return linesOf(theirs);
    if (theirs?.raw === base?.raw) return linesOf(ours);
    // One side removed what the other changed.
    if (ours === undefined || theirs === undefined) return linesOf(ours ?? theirs);
    const unread = this.#conflict(base, ours, theirs, () => false);
    if (unread !== undefined) return unread;
    const readableBase = base === undefined || problemOf(base, this.#options.key) !== undefined ? undefined : base.raw;
    const { line, losses } = mergeLine(readableBase, ours.raw, theirs.raw, this.#options.together);
    const id = ours.key?.startsWith('"') === true ? unquote(ours.key) : (ours.key ?? '');
    this.#losses.push(...losses.map((loss): FileLoss => ({ type: '', id, loss, why: 'merge' })));
    return [line];
  }

  /** The conflict where a line cannot be read that has to be. */
  #conflict(
    base: JsonLine | undefined,
    ours: JsonLine | undefined,
    theirs: JsonLine | undefined,
    isLeft: (line: JsonLine) => boolean,
  ): readonly string[] | undefined {
    const found = Object.entries({ ours, theirs }).flatMap(([side, line]) => {
      if (line === undefined || line.raw.trim() === '' || isLeft(line)) return [];
      const problem = problemOf(line, this.#options.key);
      return problem === undefined ? [] : [`${side}:${line.number}: ${problem}`];
    });
    if (found.length === 0) return undefined;
    this.#problems.push(...found);
    return conflictLines(linesOf(base), linesOf(ours), linesOf(theirs));
  }
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

/** How lines end: as on the side that changed it. A side without lines says nothing. */
function mergeEnds({ base, ours, theirs }: Texts): Ends {
  const three = (of: (ends: Ends) => boolean): boolean => {
    if (ours.lines.length === 0) return of(theirs.ends);
    if (theirs.lines.length === 0) return of(ours.ends);
    return of(ours.ends) === of(base.ends) ? of(theirs.ends) : of(ours.ends);
  };
  return { isCrlf: three(({ isCrlf }) => isCrlf), lastHasEnd: three(({ lastHasEnd }) => lastHasEnd) };
}

function joined(lines: readonly string[], { isCrlf, lastHasEnd }: Ends): string {
  const end = isCrlf ? '\r\n' : '\n';
  return lines.length === 0 ? '' : lines.join(end) + (lastHasEnd ? end : '');
}
