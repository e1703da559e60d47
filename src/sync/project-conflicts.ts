import type { JournalEntry } from '../store/knowledge/journal.js';
import type { SyncStore } from '../store/store.js';
import { dropConflicts, listConflicts, takeConflict } from './conflicts.js';

/** The journal of a project: values that lost a merge, each with what was kept instead. */
export class ProjectConflicts {
  readonly #store: SyncStore;
  readonly #path: string;
  readonly #now: () => number;

  /** @internal */
  constructor(store: SyncStore, path: string, now: () => number) {
    this.#store = store;
    this.#path = path;
    this.#now = now;
  }

  /** All entries, the oldest first. */
  list(): JournalEntry[] {
    return listConflicts(this.#store, this.#path);
  }

  /**
   * Puts lost values back into their records, as edits of now, and takes their entries out of the journal: all or none.
   *
   * @param numbers those of the entries (`n`)
   * @returns the entries
   * @throws SyncError `not_found` for an unknown number, `bad_input` for a value that its record cannot have, `refused` where another
   * record is in the way
   */
  take(...numbers: readonly number[]): JournalEntry[] {
    return this.#store.sql.transaction('immediate', () =>
      [...new Set(numbers)].map((n) => takeConflict(this.#store, this.#path, n, this.#now())),
    );
  }

  /** Forgets entries for good, all or none, and says how many. Throws `not_found` for an unknown number. */
  drop(...numbers: readonly number[]): number {
    return dropConflicts(this.#store, this.#path, numbers);
  }
}
