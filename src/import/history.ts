import type { History, HistoryLine } from '../jsonl/file-history.js';
import { keyReader } from '../jsonl/line-key.js';
import { asVersion } from '../merge/file-state.js';
import { completed, knownOf } from '../merge/completed.js';
import { isSeen } from '../store/base.js';
import { versionOf } from '../store/versions.js';
import type { Content } from '../record/content.js';
import { isDeleted, sameVersion } from '../record/version.js';
import type { FileVersion, PathForm, Version } from '../record/version.js';
import type { Registry } from '../registry/entity.js';
import type { RecordKey } from '../store/rows.js';
import type { Sql } from '../store/sql.js';
import type { Ancestry } from './plan.js';

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
  readonly base: FileVersion | undefined;
  readonly row: Content | undefined;
}

type LinesByKey = ReadonlyMap<string, readonly HistoryLine[]>;

/** What one import has read of a history: the lines of the records that are to be decided. */
export class HistoryOfImport {
  readonly #place: Place;
  readonly #history: History;
  readonly #since: string | undefined;
  #changes: LinesByKey | undefined;
  #arrivals: LinesByKey | undefined;

  constructor(place: Place, history: History, since: string | undefined) {
    this.#place = place;
    this.#history = history;
    this.#since = since;
  }

  /**
   * What the history says of a record whose file version was never seen; undefined where that version did not come with it, so
   * that there is nothing to say. Each half of the history is read when it is first needed, once; most records need only the first.
   */
  ancestryOf({ key, found, base, row }: Asked): Ancestry | undefined {
    const { sql } = this.#place;
    const [inFile] = found;
    if (inFile === undefined || found.length > 1 || base === undefined) return undefined;
    const linesIn = (all: LinesByKey): readonly HistoryLine[] => all.get(`${key.type} ${key.id}`) ?? [];
    const changes = linesIn((this.#changes ??= this.#read(this.#history.changes(this.#since))));
    if (!changes.some(({ line, isNow }) => isNow && line === inFile.raw)) return undefined;
    const isBase = ({ stated }: Known): boolean =>
      isDeleted(stated) === (base.kind === 'deleted') && sameVersion(stated, base);
    const changed = this.#versions(changes, base, row);
    if (changed.some(isBase)) return { hasBase: true, newestSeen: undefined };
    const arrivals = linesIn((this.#arrivals ??= this.#read(this.#history.arrivals(this.#since))));
    const arrived = this.#versions(arrivals, base, row);
    const seen = [...changed, ...arrived].filter(({ line }) => isSeen(sql, line)).map(({ stated }) => stated);
    return {
      hasBase: arrived.some(isBase),
      newestSeen: seen.reduce<Version | undefined>((a, b) => (a === undefined || b.stamp > a.stamp ? b : a), undefined),
    };
  }

  #versions(lines: readonly HistoryLine[], base: FileVersion, row: Content | undefined): Known[] {
    const { registry, form, latest } = this.#place;
    const known = knownOf(form, base.kind === 'present' ? base.content : undefined, row);
    return lines.flatMap(({ line }) => {
      const version = versionOf(registry, line, latest);
      if (version === undefined) return [];
      const stated = version.kind === 'deleted' ? version : asVersion(completed(version, [], known), form);
      return [{ line, stated }];
    });
  }

  #read(lines: Iterable<HistoryLine>): LinesByKey {
    const { sql, registry } = this.#place;
    const byKey = new Map<string, HistoryLine[]>();
    for (const found of lines) {
      const key = keyReader(registry, found.file)(found.line) ?? versionOf(registry, found.line);
      if (key === undefined) continue;
      const isAsked = `SELECT 1 FROM temp.scsync_staged WHERE type = ? AND id = ?`;
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
