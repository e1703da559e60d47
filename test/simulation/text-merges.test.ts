import { simulate, allBut } from './properties.js';
import { ORDINARY } from './schedule.js';

// Where git kept the lines of both sides, nothing says what they had in common: a removed label can return.
simulate({
  name: 'a clone without the merge driver',
  family: { weights: ORDINARY, steps: { least: 30, most: 40 } },
  options: { syncsBeforePull: true, textMerges: true },
  properties: allBut('P8'),
  runs: 9,
});
