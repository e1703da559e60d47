import { simulate, allBut } from './properties.js';
import { CHOICES, COPIES, ORDINARY } from './schedule.js';

// Somebody takes an old version or one side whole on purpose, or throws exported lines away: what becomes of single
// values is his choice, but everything must still come to rest.
simulate({
  name: 'reverts, force and discarded files',
  family: { weights: { ...ORDINARY, ...COPIES, ...CHOICES }, steps: { least: 30, most: 40 } },
  options: { syncsBeforePull: false },
  properties: allBut('P4', 'P8', 'P15', 'P21'),
  runs: 8,
});
