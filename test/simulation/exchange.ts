import { syncFiles } from './engine-operations.js';
import { operate } from './operations.js';
import type { World } from './world.js';

/** All exchange with all until nothing changes any more. Gives the number of rounds that changed something. */
export function exchange(world: World, most: number): number | undefined {
  world.isEnding = true;
  for (let round = 0; round < most; round++) {
    const before = everything(world);
    for (const clone of world.clones) {
      world.time++;
      operate(world, clone, 'checkoutBack');
      if (world.options.repositories === true) operate(world, clone, 'widen');
      if (world.options.branches === true) operate(world, clone, 'comeBack', world.time);
      syncFiles(world, clone, false);
      operate(world, clone, 'commit');
      operate(world, clone, 'pull');
      syncFiles(world, clone);
      operate(world, clone, 'commit');
      operate(world, clone, 'push');
    }
    if (everything(world) === before) return round;
  }
  return undefined;
}

function everything(world: World): string {
  return JSON.stringify([
    world.git.origin,
    world.remoteHead,
    ...world.clones.map((clone) => [[...clone.files()], [...clone.database.dump()]]),
  ]);
}
