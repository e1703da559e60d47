import { simulate, allBut } from './properties.js';
import { DISCARDS, LIFE, OLDER, PLACES, REAL, STASHES } from './schedule.js';

// The schedules of the other simulations, in few but real repositories: git itself merges, and nobody syncs before a pull. A removed label
// may return where the commit that removed it was thrown away (docs/limits.md).
simulate({
  name: 'repositories with the merge driver',
  family: { weights: REAL, steps: { least: 20, most: 25 }, mostClones: 3, bursts: DISCARDS },
  options: { repositories: true, syncsBeforePull: false },
  properties: allBut('P10', 'P17'),
  runs: 2,
});

// Without the driver, and where an old edit is brought back on purpose, a removed label can return.
simulate({
  name: 'repositories of which one has no merge driver, with old edits brought back',
  family: { weights: { ...REAL, ...OLDER }, steps: { least: 20, most: 25 }, mostClones: 3, bursts: DISCARDS },
  options: { repositories: true, syncsBeforePull: false, textMerges: true },
  properties: allBut('P8', 'P10', 'P17'),
  runs: 2,
});

simulate({
  name: 'repositories that are cleaned, and cloned anew without the commits that nobody else had',
  family: { weights: { ...REAL, ...LIFE }, steps: { least: 20, most: 25 }, mostClones: 3, bursts: DISCARDS },
  options: { repositories: true, syncsBeforePull: false },
  properties: allBut('P10', 'P17'),
  runs: 2,
});

simulate({
  name: 'repositories that are moved, whose data folder is moved, or left out of a sparse checkout',
  family: { weights: PLACES, steps: { least: 20, most: 25 }, mostClones: 3, bursts: STASHES },
  options: { repositories: true, syncsBeforePull: false },
  properties: allBut('P10', 'P17'),
  runs: 2,
});
