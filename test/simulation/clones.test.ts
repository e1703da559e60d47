import { simulate, allBut } from './properties.js';
import { ORDINARY } from './schedule.js';

simulate({
  name: 'clones with the merge driver',
  family: { weights: ORDINARY, steps: { least: 30, most: 40 } },
  options: { syncsBeforePull: true },
  properties: allBut(),
  runs: 18,
});
