import fs, { mkdtempSync, rmSync } from 'node:fs';
import { syncBuiltinESMExports } from 'node:module';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

import { messageOf } from '../../src/errors.js';
import { exchange } from './exchange.js';
import { carryOut } from './operations.js';
import type { Schedule, Step } from './schedule.js';
import { SimulatedDatabase } from './simulated-database.js';
import { judge } from './verdict.js';
import { World } from './world.js';
import type { Failure, WorldOptions } from './world.js';

/** The outcome of a schedule. */
export interface Played {
  readonly failures: readonly Failure[];
  readonly limits: readonly string[];
  readonly trace: readonly string[];
  /** Rounds of the final exchange that changed something. */
  readonly rounds: number | undefined;
  readonly checks: number;
}

const MOST_ROUNDS = 10;
const ROUNDS_OF_P6 = 3;

/** Every schedule begins with a few records that all clones have. */
function beginning(clones: number): Step[] {
  const step = (clone: number, operation: Step['operation'], pick: number): Step => ({ clone, operation, pick });
  return [
    step(0, 'insertRoot', 0),
    step(0, 'insertRoot', 2),
    step(0, 'insertInSession', 1),
    step(0, 'insertInSession', 2),
    step(0, 'add', 1),
    step(0, 'sync', 0),
    step(0, 'commit', 0),
    step(0, 'push', 0),
    ...Array.from({ length: clones - 1 }, (_, index) => [
      step(index + 1, 'pull', 1),
      step(index + 1, 'sync', 0),
    ]).flat(),
  ];
}

let template: string | undefined;

function templateFile(): string {
  if (template === undefined) {
    template = join(mkdtempSync(join(tmpdir(), 'simulation-template-')), 'template.db');
    SimulatedDatabase.makeTemplate(template);
  }
  return template;
}

/** Plays a schedule to its end, and looks at every property on the way. Stops at the first failure. */
export function play(schedule: Schedule, options: WorldOptions): Played {
  // Nothing here has to outlive a power cut, and waiting for a disk takes most of the time.
  const { fsyncSync } = fs;
  fs.fsyncSync = () => undefined;
  syncBuiltinESMExports();
  try {
    return playOut(schedule, options);
  } finally {
    fs.fsyncSync = fsyncSync;
    syncBuiltinESMExports();
  }
}

function playOut(schedule: Schedule, options: WorldOptions): Played {
  const file = templateFile();
  const folder = mkdtempSync(join(tmpdir(), 'simulation-'));
  const world = new World(folder, file, schedule, options);
  let rounds: number | undefined;
  try {
    for (const step of [...beginning(schedule.clones), ...schedule.steps]) {
      carryOut(world, step);
      if (world.failures.length > 0) break;
    }
    if (world.failures.length === 0) {
      rounds = exchange(world, MOST_ROUNDS);
      if (rounds === undefined) world.fail('P6', `no rest after ${MOST_ROUNDS} rounds`);
      else if (rounds > ROUNDS_OF_P6) world.fail('P6', `${rounds} rounds until rest`);
      if (rounds !== undefined) judge(world);
    }
  } catch (error) {
    world.fail('crash', error instanceof Error ? (error.stack ?? messageOf(error)) : messageOf(error));
  } finally {
    world.close();
    rmSync(folder, { recursive: true, force: true });
  }
  return { failures: world.failures, limits: world.limits, trace: world.trace, rounds, checks: world.checks };
}
