import type { PathForm } from '../record/version.js';
import type { Registry } from '../registry/entity.js';
import type { Rows } from '../store/rows.js';
import type { Sql } from '../store/sql.js';
import type { Target } from '../store/target.js';
import type { Tally } from '../stats.js';
import type { MergeStrategy } from './plan.js';
import type { EntityStats, Notable, Notice } from './stats.js';
import { suspendForeignTriggers } from './suspend-triggers.js';

/** What the parts of one import share. */
export class ImportContext {
  readonly sql: Sql;
  readonly registry: Registry;
  readonly rows: Rows;
  readonly target: Target;
  readonly form: PathForm;
  readonly actor: string;
  readonly now: number;
  readonly strategyFor: (id: string) => MergeStrategy;
  readonly tally: Tally<EntityStats>;
  readonly notices: Notice[] = [];
  /** Files of which not every line is the base of its record. */
  readonly unsettled: Set<string>;
  #resume: (() => void) | undefined;

  constructor(
    values: Pick<
      ImportContext,
      'sql' | 'registry' | 'rows' | 'target' | 'form' | 'actor' | 'now' | 'strategyFor' | 'tally' | 'unsettled'
    >,
  ) {
    this.sql = values.sql;
    this.registry = values.registry;
    this.rows = values.rows;
    this.target = values.target;
    this.form = values.form;
    this.actor = values.actor;
    this.now = values.now;
    this.strategyFor = values.strategyFor;
    this.tally = values.tally;
    this.unsettled = values.unsettled;
  }

  /** Counts an outcome that names its record. */
  notice(what: Notable, type: string, id: string, message: string): void {
    this.tally.add(type, what);
    this.notices.push({ what, type, id, message });
  }

  /** To be called before the first row is written. */
  beforeWrite(): void {
    this.#resume ??= suspendForeignTriggers(this.sql, this.registry);
  }

  /** To be called after the last row was written. */
  afterWrites(): void {
    this.#resume?.();
    this.#resume = undefined;
  }
}
