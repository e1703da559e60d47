import fc from 'fast-check';
import { describe, it } from 'vitest';

import { play } from './play.js';
import type { Played } from './play.js';
import { schedules } from './schedule.js';
import type { ScheduleFamily } from './schedule.js';
import type { WorldOptions } from './world.js';
import { cases } from '../setup/long.js';

/** The properties of sync.md section 9 that a schedule can show, by number. */
const PROPERTIES = {
  P1: 'an export overwrites nothing that was never read',
  P2: 'no record leaves the files without a tombstone',
  P3: 'nothing is deleted that nobody deleted; a missing line is no deletion',
  P4: 'nothing deleted comes back by itself',
  P6: 'all clones end with the same bytes, in at most three rounds',
  P8: 'what was removed from a set stays removed',
  P10: 'dry runs change nothing, and a dry sync tells what the sync does',
  P11: 'a full export after a sync changes nothing',
  P12: 'a second sync changes no byte, row or base',
  P15: 'a clock that is years off never makes an older value beat a causally later one',
  P17: 'an import that fails changes nothing',
  P20: 'after a sync the database and the files say the same',
  P21: 'every value is final, was overwritten knowingly, or stands in a journal',
} as const;

/** A property of sync.md section 9. */
export type Property = keyof typeof PROPERTIES;

/** All properties, or all but some that section 8 of sync.md says a family of schedules cannot have. */
export function allBut(...without: readonly Property[]): readonly Property[] {
  return (Object.keys(PROPERTIES) as Property[]).filter((property) => !without.includes(property));
}

/** A family of schedules, and what must hold in it. */
export interface Simulation {
  readonly name: string;
  readonly family: ScheduleFamily;
  readonly options: WorldOptions;
  readonly properties: readonly Property[];
  /** How many schedules are played, unless LONG or SIMULATION_RUNS says otherwise. */
  readonly runs: number;
}

const SECONDS_PER_SCHEDULE = 20;

/**
 * Makes one test for each property. All play the same schedules, each of them once: SIMULATION_RUNS says how many,
 * TEST_SEED which. A failure prints fast-check's seed and path, and the steps of the smallest schedule found.
 */
export function simulate({ name, family, options, properties, runs }: Simulation): void {
  const numRuns = Number(process.env['SIMULATION_RUNS'] ?? cases(runs));
  // All properties play the same schedules.
  const seed = fc.readConfigureGlobal().seed ?? Date.now();
  const limit = (30 + numRuns * SECONDS_PER_SCHEDULE) * 1000;
  const played = new Map<string, Played>();
  describe(name, () => {
    for (const property of properties) {
      it(
        `${property} ${PROPERTIES[property]}`,
        async () => {
          const holds = fc.asyncProperty(schedules(family), async (schedule) => {
            const key = JSON.stringify(schedule);
            const outcome = played.get(key) ?? play(schedule, options);
            played.set(key, outcome);
            // The driver frees what closed databases held only between two turns of the event loop.
            await new Promise((resolve) => setImmediate(resolve));
            // A step that fails altogether shows that no property holds.
            const failures = outcome.failures.filter((failure) => [property, 'crash'].includes(failure.property));
            if (failures.length === 0) return;
            throw new Error([...failures.map(({ what }) => what), ...outcome.trace].join('\n'));
          });
          // The time changes nothing of what is played: a test that runs out of it fails, and says what was found so far.
          const found = { interruptAfterTimeLimit: limit - 10_000, markInterruptAsFailure: true };
          await fc.assert(holds, { numRuns, seed, ...found });
        },
        limit,
      );
    }
  });
}
