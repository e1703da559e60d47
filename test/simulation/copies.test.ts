import { simulate, allBut } from './properties.js';
import { COPIES, ORDINARY } from './schedule.js';

// A copied database does not know what was seen in the other one: what was removed or deleted there can return.
simulate({
  name: 'databases that are copied and restored',
  family: { weights: { ...ORDINARY, ...COPIES }, steps: { least: 30, most: 40 } },
  options: { syncsBeforePull: true },
  properties: allBut('P4', 'P8'),
  runs: 8,
});
