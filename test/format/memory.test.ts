import { setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';
import { expect, it } from 'vitest';

import { parseLine } from '../../src/format/parse.js';
import { savecontext } from '../../src/savecontext/registry.js';
import { lineOf, sample } from '../record/samples.js';

/** The memory of texts and objects, once nothing is left to collect. */
function usedBytes(): number {
  setFlagsFromString('--expose-gc');
  (runInNewContext('gc') as () => void)();
  return process.memoryUsage().heapUsed;
}

it('an id that somebody remembers does not keep its line in memory', () => {
  const [lines, size] = [200, 100_000];
  const line = (n: number): string =>
    lineOf(sample('memory', { id: `a_rather_long_id_${n}`, value: `${n}`.padEnd(size, 'x') }), 1).raw;
  const before = usedBytes();
  const ids = Array.from({ length: lines }, (_, n) => {
    const version = parseLine(savecontext, line(n));
    return version.kind === 'present' ? version.id : '';
  });
  expect(usedBytes() - before).toBeLessThan((lines * size) / 4);
  expect(ids).toContain(`a_rather_long_id_${lines - 1}`);
});
