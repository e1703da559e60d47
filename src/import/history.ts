import type { History, HistoryLine } from '../jsonl/file-history.js';
import { keyReader } from '../jsonl/line-key.js';
import { asVersion, isDeleted, sameStated } from '../merge/file-state.js';
import type { Stated } from '../merge/file-state.js';
import { completed } from '../merge/completed.js';
import { isSeen } from '../store/base.js';
import { versionOf } from '../store/versions.js';
import type { Content } from '../record/content.js';
import type { FileVersion, PathForm } from '../record/version.js';
import type { Registry } from '../registry/entity.js';
import type { RecordKey } from '../store/rows.js';
import type { Sql } from '../store/sql.js';
import type { Ancestry } from './plan.js';

/** Where an import reads. */
interface Place {
  readonly sql: Sql;
  readonly registry: Registry;
  readonly form: PathForm;
}

/** A record, and what there is of it. */
interface Asked {
  readonly key: RecordKey;
  readonly found: readonly { readonly raw: string }[];
  readonly base: FileVersion | undefined;
  readonly row: Content | undefined;
}

/** What one import has read of a history: the lines of the records that are to be decided. */
export class HistoryOfImport {
  readonly #place: Place;
  readonly #history: History;
  readonly #since: string | undefined;
  #lines: Map<string, HistoryLine[]> | undefined;

  constructor(place: Place, history: History, since: string | undefined) {
    this.#place = place;
    this.#history = history;
    this.#since = since;
  }

  /**
   * What the history says of a record whose file version was never seen; undefined where that version did not come with it, so
   * that there is nothing to say. The history is read when it is first needed, once.
   */
  ancestryOf({ key, found, base, row }: Asked): Ancestry | undefined {
    const { sql, registry, form } = this.#place;
    const [inFile] = found;
    if (inFile === undefined || found.length > 1 || base === undefined) return undefined;
    const lines = (this.#lines ??= this.#read()).get(`${key.type} ${key.id}`) ?? [];
    if (!lines.some(({ line, isNow }) => isNow && line === inFile.raw)) return undefined;
    const versions = lines.flatMap(({ line }) => {
      const version = versionOf(registry, line);
      if (version === undefined) return [];
      const stated: Stated = version.kind === 'tombstone' ? version : asVersion(completed(version, base, row), form);
      return [{ stated, wasSeen: isSeen(sql, line) }];
    });
    const seen = versions.filter(({ wasSeen }) => wasSeen).map(({ stated }) => stated);
    return {
      hasBase: versions.some(
        ({ stated }) => isDeleted(stated) === (base.kind === 'tombstone') && sameStated(stated, base),
      ),
      newestSeen: seen.reduce<Stated | undefined>((a, b) => (a === undefined || b.stamp > a.stamp ? b : a), undefined),
    };
  }

  #read(): Map<string, HistoryLine[]> {
    const { sql, registry } = this.#place;
    const lines = new Map<string, HistoryLine[]>();
    for (const found of this.#history.lines(this.#since)) {
      const key = keyReader(registry, found.file)(found.line) ?? versionOf(registry, found.line);
      if (key === undefined) continue;
      const isAsked = `SELECT 1 FROM temp.scsync_staged WHERE type = ? AND id = ?`;
      if (sql.get(isAsked, key.type, key.id) === undefined) continue;
      const name = `${key.type} ${key.id}`;
      const others = lines.get(name);
      if (others === undefined) lines.set(name, [found]);
      else others.push(found);
    }
    return lines;
  }
}
