import { simulate, allBut } from './properties.js';
import { BRANCHES, DISCARDS, ORDINARY, TURNS } from './schedule.js';

// A squashed commit does not say what was added and removed on its branch: where another branch still has it, it can return.
simulate({
  name: 'clones that share branches which are squashed, amended, rebased and picked from',
  family: { weights: { ...ORDINARY, ...BRANCHES }, steps: { least: 30, most: 45 }, mostClones: 3, bursts: DISCARDS },
  options: { branches: true, syncsBeforePull: false },
  properties: allBut('P8'),
  runs: 7,
});

simulate({
  name: 'clones that take turns on branches which are squashed, amended and rebased',
  family: { weights: TURNS, steps: { least: 12, most: 20 }, mostClones: 3 },
  options: { branches: true, syncsBeforePull: false },
  properties: allBut('P10', 'P17'),
  runs: 6,
});
