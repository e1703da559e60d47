import { join } from 'node:path';

import { Clone } from './clone.js';
import { Knowledge } from './knowledge.js';
import { MiniGit } from './mini-git.js';
import { shapeOf } from './record-shapes.js';
import type { RecordShape } from './record-shapes.js';
import { makeRepositories, makeRepository } from './repository.js';
import type { Schedule } from './schedule.js';
import { SimulatedDatabase } from './simulated-database.js';
import type { DatabaseMemory, PresentState } from './simulated-database.js';

/** A property that did not hold. */
export interface Failure {
  /** As `P6`, of sync.md section 9; `crash` when a step threw. */
  readonly property: string;
  readonly what: string;
}

/** How the clones of a world are set up. */
export interface WorldOptions {
  /** The first two clones are work trees of one repository with one database. */
  readonly sharedDatabase?: boolean;
  /** The last clone has no merge driver. */
  readonly textMerges?: boolean;
  /** The clones are repositories of the machine's git, and imports ask its history. */
  readonly repositories?: boolean;
  /** The clones share branches in the simulated git, and imports ask its history. */
  readonly branches?: boolean;
  /** A pull syncs first where exported lines were thrown away, as the command does. */
  readonly syncsBeforePull: boolean;
}

const START = 1_700_000_000_000;
const STEP = 1000;

/** Some clones of one repository, and what is known of all that happened to them. */
export class World {
  readonly clones: readonly Clone[];
  readonly git = new MiniGit();
  /** The commit that the remote's branch is at, where there are real repositories. */
  remoteHead = '';
  readonly knowledge = new Knowledge();
  readonly failures: Failure[] = [];
  /** What section 8 of sync.md says can happen, and did. */
  readonly limits: string[] = [];
  /** What happened, one line a step. */
  readonly trace: string[] = [];
  readonly schedule: Schedule;
  readonly options: WorldOptions;
  /** Steps so far. */
  time = 0;
  /** How many names were given away. */
  names = 0;
  /** How many things were compared. */
  checks = 0;
  /** The final exchange is not part of the trace. */
  isEnding = false;
  readonly #folder: string;
  readonly #template: string;
  readonly #databases: SimulatedDatabase[] = [];

  /** `template` is the file of an empty database. */
  constructor(folder: string, template: string, schedule: Schedule, options: WorldOptions) {
    this.#folder = folder;
    this.#template = template;
    this.schedule = schedule;
    this.options = options;
    const clones: Clone[] = [];
    for (let index = 0; index < schedule.clones; index++) {
      const isShared = options.sharedDatabase === true && index === 1;
      clones.push(
        new Clone({
          name: `c${index}`,
          dir: join(folder, `c${index}`, '.savecontext'),
          skew: schedule.skews[isShared ? 0 : index] ?? 0,
          hasDriver: options.textMerges !== true || index !== schedule.clones - 1,
          database: isShared ? clones[0]!.database : this.newDatabase(),
        }),
      );
    }
    this.clones = clones;
    if (options.repositories === true) {
      makeRepositories(folder);
      clones.forEach(makeRepository);
    }
  }

  /** An empty database, or a copy of one with all that its user knows. */
  newDatabase(source?: DatabaseMemory): SimulatedDatabase {
    const empty = { file: this.#template, known: new Map(), lines: new Set<string>() };
    const file = join(this.#folder, `${this.#databases.length}.db`);
    const database = SimulatedDatabase.copyOf(source ?? empty, file);
    this.#databases.push(database);
    return database;
  }

  close(): void {
    for (const database of this.#databases) database.close();
  }

  /** What a clone's clock says, in milliseconds. */
  now({ skew }: Clone): number {
    const { coarseness } = this.schedule;
    return START + Math.floor(this.time / coarseness) * coarseness * STEP + skew;
  }

  fail(property: string, what: string): void {
    this.failures.push({ property, what });
  }

  say(clone: Clone, what: string): void {
    if (!this.isEnding) this.trace.push(`${clone.name} ${what}`);
  }

  /** A name, or value, that was never used before. */
  fresh(prefix: string): string {
    return `${prefix}${++this.names}`;
  }

  /** The records of a clone that are there, in the order of their ids. */
  present(clone: Clone, fits: (state: PresentState, shape: RecordShape) => boolean = () => true): PresentState[] {
    return [...clone.database.states().values()].filter(
      (state): state is PresentState => state.kind === 'present' && fits(state, shapeOf(state.type)),
    );
  }

  /** Does something to a database, and lets its user look at the outcome. */
  looking<T>(clone: Clone, body: () => T): T {
    const before = clone.database.states();
    const result = body();
    this.knowledge.learn(clone.database.known, before, clone.database.states());
    return result;
  }
}
