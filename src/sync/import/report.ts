import type { RecordKey } from '../../record/record-key.js';
import type { Progress } from '../export/stats.js';
import type { Tally } from '../stats.js';
import type { SkippedLine } from './collect-changes.js';
import type { EntityStats, Notable, Notice } from './stats.js';

/** What one import has to tell: what it counts, and what it must name. */
export class ImportReport {
  readonly tally: Tally<EntityStats>;
  readonly notices: Notice[] = [];
  /** Lines that cannot be read, those of the first pass included. */
  readonly skipped: SkippedLine[];
  /** Lines of the file of conflicts that cannot be read: they stop nothing. */
  readonly unread: string[] = [];
  /** Values that lost in merges of other clones, new to this database. */
  lostElsewhere = 0;
  /** Records that rows were written of, or something said of, as `type/id`; kept only where somebody counts them. */
  readonly touched: Set<string> | undefined;
  /** How many lines there are to decide. */
  records = 0;
  readonly #isDryRun: boolean;
  readonly #skipInvalid: boolean;
  readonly #onProgress: ((progress: Progress) => void) | undefined;
  #done = 0;

  constructor(
    values: Pick<ImportReport, 'tally' | 'skipped' | 'touched'> & {
      readonly isDryRun: boolean;
      readonly skipInvalid: boolean;
      readonly onProgress: ((progress: Progress) => void) | undefined;
    },
  ) {
    this.tally = values.tally;
    this.skipped = values.skipped;
    this.touched = values.touched;
    this.#isDryRun = values.isDryRun;
    this.#skipInvalid = values.skipInvalid;
    this.#onProgress = values.onProgress;
  }

  /** To be called for each record that was decided. */
  progress(): void {
    this.#done++;
    if (this.#done % 1000 === 0) this.#onProgress?.({ phase: 'import', done: this.#done, total: this.records });
  }

  /** Counts an outcome that names its record. */
  notice(what: Notable, type: string, id: string, message: string): void {
    this.tally.add(type, what);
    this.touched?.add(`${type}/${id}`);
    this.notices.push({ what, type, id, message });
  }

  /** Counts and names a record of which a value loses. */
  noticeLoss({ type, id }: RecordKey, what: string): void {
    this.notice('conflicts', type, id, this.#isDryRun ? what : `${what}; sc-sync conflicts has it`);
  }

  /** Says whether lines that cannot be read make the import fail. */
  fails(): boolean {
    return this.skipped.some(({ code }) => code !== 'bad_input' || !this.#skipInvalid);
  }
}
