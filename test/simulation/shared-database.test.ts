import { simulate, allBut } from './properties.js';
import { ORDINARY } from './schedule.js';

// One set of records on several branches: a removed label can return when git merges those branches.
simulate({
  name: 'work trees that share a database',
  family: { weights: ORDINARY, steps: { least: 30, most: 40 } },
  options: { syncsBeforePull: true, sharedDatabase: true },
  properties: allBut('P8'),
  runs: 8,
});
