import type { History, HistoryCommit, HistoryLine } from '../file-history.js';
import { keyReader } from '../../format/line-key.js';
import { asVersion } from '../../merge/file-state.js';
import { fillMissingFields, knownOf } from '../../merge/missing-fields.js';
import type { BaseEntry } from '../../store/knowledge/base.js';
import { findSeen } from '../../store/knowledge/seen.js';
import { versionOf } from '../../format/version-of.js';
import type { Content } from '../../record/content.js';
import { isDeleted, sameVersion } from '../../record/version.js';
import type { FileVersion, PathForm, Version } from '../../record/version.js';
import type { Registry } from '../../registry/entity.js';
import type { RecordKey } from '../../record/record-key.js';
import type { Sql } from '../../store/sql.js';
import { isOlder } from './plan.js';
import type { Ancestry } from './plan-ancestry.js';

/** Where an import reads. */
interface Place {
  readonly sql: Sql;
  readonly registry: Registry;
  readonly form: PathForm;
  /** The latest stamp that counts. */
  readonly latest: number;
}

/** A record, and what there is of it. */
interface Asked {
  readonly key: RecordKey;
  readonly found: readonly { readonly raw: string }[];
  readonly version: Version | undefined;
  readonly base: FileVersion | undefined;
  readonly baseEntry: BaseEntry | undefined;
  readonly row: Content | undefined;
}

type LinesByKey = ReadonlyMap<string, readonly HistoryLine[]>;

/** What can be asked of a history. */
type Part = Exclude<keyof History, 'point'>;

/** What one import has read of a history: the lines of the records that are to be decided. */
export class HistoryOfImport {
  readonly #place: Place;
  readonly #history: History;
  readonly #since: string | undefined;
  readonly #parts = new Map<Part, LinesByKey>();

  constructor(place: Place, history: History, since: string | undefined) {
    this.#place = place;
    this.#history = history;
    this.#since = since;
  }

  /**
   * What the history says of a record whose file version was never seen; undefined where that version did not come with it, so
   * that there is nothing to say. Each part of the history is read when it is first needed, once; most records need only the first.
   */
  ancestryOf(asked: Asked): Ancestry | undefined {
    const { sql } = this.#place;
    const { found, version, base, baseEntry } = asked;
    const [inFile] = found;
    if (inFile === undefined || found.length > 1 || version === undefined || base === undefined) return undefined;
    const changes = this.#linesOf(asked, 'changes');
    if (!changes.some(({ line, isNow }) => isNow && line === inFile.raw)) return undefined;
    const isBase = ({ stated }: Known): boolean =>
      isDeleted(stated) === (base.kind === 'deleted') && sameVersion(stated, base);
    const changed = this.#versions(asked, changes);
    if (changed.some(isBase)) return { hasBase: true };
    const arrived = this.#versions(asked, this.#linesOf(asked, 'arrivals'));
    if (arrived.some(isBase)) return { hasBase: true };
    const all = [...changed, ...arrived];
    const newestSeen = newest(all.filter(({ line }) => findSeen(sql, asked.key, line) !== undefined));
    if (isOlder(version, base)) return { hasBase: false, newestSeen };
    // What came with a file is nobody's unsaved work here, and what was committed anywhere is in git.
    const wasImported = baseEntry?.own === false;
    if (!wasImported && this.#versions(asked, this.#linesOf(asked, 'published')).some(isBase)) return { hasBase: true };
    const unpublished = this.#versions(asked, this.#linesOf(asked, 'unpublished'));
    const onlyHere = unpublished.flatMap(({ line, stated }) =>
      isDeleted(stated) || findSeen(sql, asked.key, line)?.own !== true ? [] : [stated.content],
    );
    const before = newestSeen ?? newest(all.filter(({ stated }) => stated.stamp < base.stamp));
    return { hasBase: wasImported || unpublished.some(isBase), newestSeen, onlyHere, before };
  }

  /**
   * What a file version that was never seen has in common with the database, where its target has no base of the record: the newest version
   * that the database ever took into account, of those that the file's version was made from. Undefined where it did not come with the history.
   */
  commonOf(asked: Asked): Version | undefined {
    const { found, version } = asked;
    const [inFile] = found;
    if (inFile === undefined || found.length > 1 || version === undefined) return undefined;
    const before = this.#since === undefined ? 'anywhere' : 'arrivals';
    const made = linesBefore(inFile.raw, this.#linesOf(asked, before));
    const older = this.#versions(asked, made).filter(({ stated }) => stated.stamp < version.stamp);
    const common = newest(older.filter(({ line }) => findSeen(this.#place.sql, asked.key, line) !== undefined));
    return common === undefined || isDeleted(common) ? undefined : common;
  }

  #linesOf({ key }: Asked, part: Part): readonly HistoryLine[] {
    const lines = this.#parts.get(part) ?? this.#read(this.#ask(part));
    this.#parts.set(part, lines);
    return lines.get(`${key.type} ${key.id}`) ?? [];
  }

  #ask(part: Part): Iterable<HistoryLine> {
    return part === 'changes' || part === 'arrivals' ? this.#history[part](this.#since) : this.#history[part]();
  }

  #versions({ base, row }: Asked, lines: readonly HistoryLine[]): Known[] {
    const { registry, form, latest } = this.#place;
    const known = knownOf(form, base?.kind === 'present' ? base.content : undefined, row);
    return lines.flatMap(({ line }) => {
      const version = versionOf(registry, line, latest);
      if (version === undefined) return [];
      const stated = version.kind === 'deleted' ? version : asVersion(fillMissingFields(version, [], known), form);
      return [{ line, stated }];
    });
  }

  #read(lines: Iterable<HistoryLine>): LinesByKey {
    const { sql, registry } = this.#place;
    const byKey = new Map<string, HistoryLine[]>();
    for (const found of lines) {
      const key = keyReader(registry, found.file)(found.line) ?? versionOf(registry, found.line);
      if (key === undefined) continue;
      const isAsked = `SELECT 1 FROM temp.scsync_staged WHERE type = ? AND id = ? AND raw IS NOT NULL`;
      if (sql.get(isAsked, key.type, key.id) === undefined) continue;
      const name = `${key.type} ${key.id}`;
      const others = byKey.get(name);
      if (others === undefined) byKey.set(name, [found]);
      else others.push(found);
    }
    return byKey;
  }
}

/** A version that the history has, with its line. */
interface Known {
  readonly line: string;
  readonly stated: Version;
}

/** The lines of the commits that led to the one that first brought a line; what only a merge put beside it did not. */
function linesBefore(raw: string, lines: readonly HistoryLine[]): HistoryLine[] {
  const brought = new Set(lines.flatMap(({ line, commit }) => (line === raw && commit !== undefined ? [commit] : [])));
  const led = [...brought]
    .map((commit) => commitsBefore(commit))
    .filter((before) => ![...brought].some((each) => before.has(each)));
  return lines.filter(({ commit }) => commit !== undefined && led.some((before) => before.has(commit)));
}

function commitsBefore(commit: HistoryCommit): Set<HistoryCommit> {
  const before = new Set(commit.parents);
  // What is added to a set while it is walked is walked, too.
  for (const each of before) for (const parent of each.parents) before.add(parent);
  return before;
}

function newest(versions: readonly Known[]): Version | undefined {
  return versions.reduce<Known | undefined>(
    (a, b) => (a === undefined || b.stated.stamp > a.stated.stamp ? b : a),
    undefined,
  )?.stated;
}
