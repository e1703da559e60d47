import fc from 'fast-check';

/** How often each operation is drawn, as weights. */
export const ORDINARY = {
  edit: 14,
  editUnbumped: 2,
  reopen: 2,
  unset: 1,
  add: 5,
  remove: 5,
  insertRoot: 3,
  insertInSession: 7,
  deleteRoot: 2,
  deleteInSession: 3,
  insertAgain: 3,
  replace: 1,
  rekey: 1,
  move: 2,
  link: 3,
  unlink: 1,
  refer: 2,
  export: 5,
  fullExport: 1,
  sync: 12,
  import: 4,
  importFile: 1,
  dryRun: 1,
  editFile: 2,
  dropLine: 1,
  commit: 8,
  pull: 8,
  push: 5,
  mergePeer: 3,
  rebase: 2,
  checkoutOld: 2,
  checkoutBack: 2,
  stash: 2,
  dropDatabase: 1,
} as const;

/** What forks the knowledge of a database (sync.md, limits), with weights. */
export const COPIES = { backup: 2, restore: 2, copyDatabase: 2 } as const;

/** What takes an old version, or one side whole, on purpose, with weights. */
export const CHOICES = { revert: 2, force: 2, preferLocal: 1, preferNewer: 1, checkoutSide: 2 } as const;

/** What is done in real repositories, where a step takes longer, with weights. */
export const REAL = {
  edit: 14,
  reopen: 2,
  add: 5,
  remove: 4,
  insertRoot: 2,
  insertInSession: 4,
  deleteRoot: 1,
  deleteInSession: 3,
  export: 4,
  sync: 10,
  commit: 6,
  pull: 9,
  push: 6,
  mergePeer: 3,
  rebase: 4,
  checkoutOld: 1,
  checkoutBack: 2,
  stash: 3,
  reset: 2,
} as const;

/** What else befalls a repository, with weights. */
export const LIFE = { clean: 3, cloneAgain: 4 } as const;

/** What takes the files of a repository to another place, or out of sight, with weights. A reset could go to before there were any. */
export const PLACES = { ...REAL, reset: 0, moveFolder: 3, moveClone: 3, narrow: 4, widen: 4 } as const;

/** Steps in a row, of two clones. */
type Burst = readonly (readonly [clone: 0 | 1, operation: Operation])[];

const NEWS: Burst = [
  [1, 'pull'],
  [1, 'sync'],
  [1, 'edit'],
  [1, 'sync'],
  [1, 'commit'],
  [1, 'push'],
];

/**
 * Steps that single ones seldom come to, with one pick for all: a clone exports an edit and throws it away, another one edits the same and
 * pushes, and the first pulls that.
 */
export const STASHES: readonly Burst[] = [
  [[0, 'edit'], [0, 'export'], [0, 'stash'], ...NEWS, [0, 'pull'], [0, 'sync']],
];
export const DISCARDS: readonly Burst[] = [
  ...STASHES,
  [[0, 'edit'], [0, 'export'], [0, 'commit'], [0, 'reset'], ...NEWS, [0, 'pull'], [0, 'sync']],
];

/** What brings an older state back on purpose, with weights: a removed label can come with it. */
export const OLDER = { stashPop: 3, cherryPick: 3 } as const;

/** What is done with a branch that does not come into the main one as it is, with weights. */
export const BRANCHES = { branch: 6, amend: 4, rebaseShared: 2, pickShared: 2, squash: 4, reset: 2 } as const;

/** The same, where nobody changes what he has not seen the latest of, with weights. */
export const TURNS = { turn: 14, branch: 4, rebaseShared: 1, squash: 2 } as const;

export type Operation =
  | keyof typeof ORDINARY
  | keyof typeof COPIES
  | keyof typeof CHOICES
  | keyof typeof REAL
  | keyof typeof LIFE
  | keyof typeof PLACES
  | keyof typeof OLDER
  | keyof typeof BRANCHES
  | keyof typeof TURNS
  | 'comeBack';

/** One step: which clone does what; `pick` chooses among what the operation can be done to. */
export interface Step {
  readonly clone: number;
  readonly operation: Operation;
  readonly pick: number;
}

/** A whole schedule; the final exchange follows by itself. */
export interface Schedule {
  readonly clones: number;
  /** Milliseconds that each clone's clock is off. */
  readonly skews: readonly number[];
  /** The clock stands still for so many steps. */
  readonly coarseness: number;
  /** False: who deleted is left to the export, as it is in life; true: each deletion has an author of its own. */
  readonly namesAuthors: boolean;
  readonly steps: readonly Step[];
}

/** Options of a family of schedules. */
export interface ScheduleFamily {
  readonly weights: Readonly<Partial<Record<Operation, number>>>;
  readonly steps: { readonly least: number; readonly most: number };
  /** 4 if not given. */
  readonly mostClones?: number;
  /** Drawn now and then in place of a step. */
  readonly bursts?: readonly Burst[];
}

const YEARS = 3.15e10;
const SKEWS = [0, 0, 9.5 * YEARS, -9.5 * YEARS, 22 * YEARS];

/** Schedules of a family, shrinking to fewer steps. */
export function schedules({ weights, steps, mostClones = 4, bursts }: ScheduleFamily): fc.Arbitrary<Schedule> {
  const operations = Object.entries(weights) as [Operation, number][];
  const operation = fc.oneof(...operations.map(([name, weight]) => ({ weight, arbitrary: fc.constant(name) })));
  const step = fc.record({ clone: fc.nat(11), operation, pick: fc.nat(999_999) });
  const size = { minLength: steps.least, maxLength: steps.most, size: 'max' } as const;
  return fc.record({
    clones: fc.integer({ min: 2, max: mostClones }),
    skews: fc.array(fc.constantFrom(...SKEWS), { minLength: 4, maxLength: 4 }),
    coarseness: fc.constantFrom(1, 1, 7),
    namesAuthors: fc.boolean(),
    steps:
      bursts === undefined
        ? fc.array(step, size)
        : fc
            .array(fc.oneof({ weight: 9, arbitrary: fc.tuple(step) }, { weight: 1, arbitrary: burstOf(bursts) }), size)
            .map((all) => all.flat()),
  });
}

function burstOf(bursts: readonly Burst[]): fc.Arbitrary<Step[]> {
  const drawn = fc.record({ burst: fc.constantFrom(...bursts), first: fc.nat(11), pick: fc.nat(999_999) });
  return drawn.map(({ burst, first, pick }) =>
    burst.map(([clone, operation]) => ({ clone: first + clone, operation, pick })),
  );
}
