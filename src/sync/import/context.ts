import type { Content } from '../../record/content.js';
import { latestStamp } from '../../record/stamp.js';
import type { PathForm, Deleted } from '../../record/version.js';
import { isOneProject, requireEntity } from '../../registry/entity.js';
import type { Entity, Registry } from '../../registry/entity.js';
import type { RecordKey } from '../../record/record-key.js';
import type { Rows } from '../../store/rows.js';
import type { ProjectCoordinates } from '../../format/format.js';
import { projectCoordinates } from '../../store/project-row.js';
import { Outcomes } from '../../store/knowledge/outcomes.js';
import type { Outcome } from '../../store/knowledge/outcomes.js';
import { defaultTokens } from '../../store/default-values.js';
import { forgetKey } from '../../store/new-keys.js';
import { RowWriter } from '../../store/row-writer.js';
import type { Sql } from '../../store/sql.js';
import type { Target } from '../../store/knowledge/target.js';
import type { RowsBefore } from './changes.js';
import type { HistoryOfImport } from './history.js';
import type { MergeStrategy } from './plan.js';
import type { ImportReport } from './report.js';
import { markChanged } from '../../store/knowledge/changes.js';
import { suspendTriggers } from './suspend-triggers.js';
import { messageOf } from '../../errors.js';
import type { SyncError } from '../../errors.js';
import { named } from '../../store/failed-rows.js';
import type { WrittenRows } from '../../store/row-writer.js';
import { sqlText } from '../../store/sql-name.js';

/** How many rows' projects are remembered at once. */
const MAX_REMEMBERED = 20_000;

/** What the parts of one import share. */
export class ImportContext {
  readonly sql: Sql;
  readonly registry: Registry;
  readonly rows: Rows;
  readonly writer: RowWriter;
  /** What becomes known of the records that `writer` is to write, and of others. */
  readonly outcomes: Outcomes;
  readonly form: PathForm;
  /** Whether a record never leaves the database. */
  readonly isPrivate: (content: Content) => boolean;
  readonly actor: string;
  readonly now: number;
  /** The latest stamp that counts. */
  readonly latest: number;
  readonly strategyFor: (id: string) => MergeStrategy;
  readonly report: ImportReport;
  /** True when everything is rolled back in the end: nothing of it is in the journal then. */
  readonly isDryRun: boolean;
  /** The history of the files, where there is one. */
  readonly history: HistoryOfImport | undefined;
  /** Files of which not every line is the base of its record. */
  readonly unsettled: Set<string>;
  /** Records that were decided before their turn, as `type id`. */
  readonly decided = new Set<string>();
  /** Records that were written since the page at hand was read, as `type/id`. */
  readonly changed = new Set<string>();
  /** Stamps of the versions that records got by losing references in this import, by `type/id`. */
  readonly clearedStamps = new Map<string, number>();
  /** False where nothing can refer to a deleted record, since the project has none. */
  mayReferToDeleted = true;
  /** Tombstones of rows that go last, when all that refers to them is decided, by `type/id`. */
  readonly deferredDeletes = new Map<string, Deleted>();
  /** What changed rows held before; kept only where somebody asks what changes. */
  readonly rowsBefore: RowsBefore | undefined;
  readonly #projects = new Map<string, string | null | undefined>();
  readonly #defaults = new Map<Entity, ReadonlyMap<number, string>>();
  #coordinates: ProjectCoordinates | undefined;
  #resume: (() => void) | undefined;
  #target: Target;
  #presentWaits = false;

  constructor(
    values: Pick<
      ImportContext,
      | 'sql'
      | 'registry'
      | 'rows'
      | 'target'
      | 'form'
      | 'isPrivate'
      | 'actor'
      | 'now'
      | 'strategyFor'
      | 'report'
      | 'history'
      | 'unsettled'
      | 'rowsBefore'
      | 'isDryRun'
    >,
  ) {
    this.sql = values.sql;
    this.registry = values.registry;
    this.rows = values.rows;
    this.writer = new RowWriter(values.sql, values.registry, values.target.project);
    this.outcomes = new Outcomes(values.sql);
    this.#target = values.target;
    this.form = values.form;
    this.isPrivate = values.isPrivate;
    this.actor = values.actor;
    this.now = values.now;
    this.latest = latestStamp(values.now);
    this.strategyFor = values.strategyFor;
    this.report = values.report;
    this.history = values.history;
    this.unsettled = values.unsettled;
    this.rowsBefore = values.rowsBefore;
    this.isDryRun = values.isDryRun;
  }

  /** The directory, bound to its project once anything is written. */
  get target(): Target {
    return this.#target;
  }

  /** To be called once the directory is bound. */
  bind(target: Target): void {
    this.#target = target;
  }

  /** What the project's coordinates are on this machine. The id of a project row that is still to be made is known before. */
  get coordinates(): ProjectCoordinates {
    return (this.#coordinates ??= projectCoordinates(this.sql, this.registry, this.target.project));
  }

  /** The project of a row wherever it is: null for a row without one, undefined when there is none, or soon will be. Remembered. */
  projectOf(type: string, id: string): string | null | undefined {
    const key = `${type}/${id}`;
    if (this.deferredDeletes.has(key)) return undefined;
    if (this.#projects.has(key)) return this.#projects.get(key);
    if (this.#projects.size >= MAX_REMEMBERED) this.#projects.clear();
    const entity = requireEntity(this.registry, type);
    const project = this.rows.projectOf(entity, id) ?? (this.writer.has(entity, id) ? this.target.project : undefined);
    this.#projects.set(key, project);
    return project;
  }

  /** What the table of an entity gives to a row that says nothing of a column. */
  defaultsOf(entity: Entity): ReadonlyMap<number, string> {
    let known = this.#defaults.get(entity);
    if (known === undefined) this.#defaults.set(entity, (known = defaultTokens(this.sql, entity)));
    return known;
  }

  /** To be called when rows may have come or gone: before each type, and by whatever deletes a row. */
  forgetRows(): void {
    this.#projects.clear();
  }

  /** Adds a record's row that is to be made or changed, and counts it then. What becomes known of the record says that it changed. */
  add(content: Content, before: Content | undefined): void {
    const { type } = content.entity;
    this.report.touched?.add(`${type}/${content.id}`);
    this.rowsBefore?.note({ type, id: content.id }, before);
    this.writer.add(content, before);
    if (before === undefined) this.#projects.set(`${type}/${content.id}`, this.target.project);
  }

  /** Adds what becomes known of a record. */
  note(outcome: Outcome, isPresent: boolean): void {
    this.outcomes.add(outcome);
    this.#presentWaits ||= isPresent;
  }

  /** To be called before anything that reads or writes other records. What waits of deleted ones concerns nobody. */
  flushPresent(): void {
    if (this.#presentWaits) this.flush();
  }

  /** Writes all that was added. */
  flush(): void {
    this.#presentWaits = false;
    if (!this.writer.isEmpty) {
      this.beforeWrite();
      for (const written of this.writer.flush(this.now)) this.#count(written);
    }
    this.outcomes.flush(this.target);
  }

  #count({ type, created, updated, renumbered, failed }: WrittenRows): void {
    this.report.tally.add(type, 'created', created);
    this.report.tally.add(type, 'updated', updated);
    const { table, file } = requireEntity(this.registry, type);
    for (const { id, number } of renumbered) {
      this.report.notice('renumbered', type, id, `is number ${number} of ${table} here, since its own is taken`);
    }
    for (const { id, error } of failed) this.waits({ type, id }, file, error);
  }

  /**
   * Leaves a record as it is, since its table refuses what the files say: the line stays in its file, and nothing of it is agreed on. Throws
   * where the tables are of a schema that is known whole: there it is a fault.
   */
  waits({ type, id }: RecordKey, file: string, error: SyncError): void {
    if (!isOneProject(this.registry)) throw named({ type }, { id, error });
    const key = `SELECT ${sqlText(type)}, ${sqlText(id)}`;
    this.outcomes.forget(key);
    this.rowsBefore?.forget(key);
    this.unsettled.add(file);
    this.#projects.delete(`${type}/${id}`);
    const why = messageOf(error.cause ?? error);
    this.report.notice('orphaned', type, id, `waits in ${file}, since the database refuses it: ${why}`);
  }

  /** Writes the row of a record that another's outcome changes, and counts that as a change for every other target. */
  write(content: Content, before: Content): void {
    const key = { type: content.entity.type, id: content.id };
    this.beforeChange(key, before);
    this.markChanged(key);
    this.writer.write(content, before, this.now);
  }

  /** Counts a record as changed, for every target. */
  markChanged(key: RecordKey): void {
    markChanged(this.sql, key, this.target.project);
    this.changed.add(`${key.type}/${key.id}`);
  }

  /** Deletes a record's row. */
  remove(entity: Entity, row: Content): void {
    const key = { type: entity.type, id: row.id };
    this.report.touched?.add(`${key.type}/${key.id}`);
    this.beforeChange(key, row);
    this.markChanged(key);
    this.writer.remove(entity, row.id);
    forgetKey(this.sql, entity, row.id);
    this.forgetRows();
  }

  /** To be called before the first row is written. */
  beforeWrite(): void {
    this.#resume ??= suspendTriggers(this.sql, this.registry, this.report.records);
  }

  /** To be called before a record's row is made, changed or deleted; `row` is what it holds until then. */
  beforeChange(key: RecordKey, row: Content | undefined): void {
    this.beforeWrite();
    this.rowsBefore?.note(key, row);
  }

  /** To be called after the last row was written. */
  afterWrites(): void {
    this.#resume?.();
    this.#resume = undefined;
  }
}
