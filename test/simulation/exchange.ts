import { syncFiles } from './engine-operations.js';
import { checkoutBack, commit, pull, push } from './git-operations.js';
import type { World } from './world.js';

/** All exchange with all until nothing changes any more. Gives the number of rounds that changed something. */
export function exchange(world: World, most: number): number | undefined {
  world.isEnding = true;
  for (let round = 0; round < most; round++) {
    const before = everything(world);
    for (const clone of world.clones) {
      world.time++;
      checkoutBack(world, clone);
      syncFiles(world, clone, false);
      commit(world, clone);
      pull(world, clone, world.git.origin, 1);
      syncFiles(world, clone);
      commit(world, clone);
      push(world, clone);
    }
    if (everything(world) === before) return round;
  }
  return undefined;
}

function everything(world: World): string {
  return JSON.stringify([
    world.git.origin,
    ...world.clones.map((clone) => [[...clone.files()], [...clone.database.dump()]]),
  ]);
}
