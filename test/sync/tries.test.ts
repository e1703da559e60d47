import { appendFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, it } from 'vitest';

import { Replica, thrownBy } from './helpers.js';

/** An export that finds the files changed by somebody else so many times while it works. */
function disturbed(times: number): { readonly replica: Replica; readonly run: () => unknown } {
  const replica = new Replica();
  const put = (id: string): void => {
    replica.run(
      `INSERT INTO project_memory (id, project_path, key, value, category, created_at, updated_at)
       VALUES ('${id}', :project, '${id}', 'long enough', 'note', 1, 1)`,
    );
  };
  put('m1');
  replica.export();
  put('m2');
  let calls = 0;
  const guard = (): readonly [] => {
    if (calls++ < times) appendFileSync(join(replica.dir, 'memories.jsonl'), '\n');
    return [];
  };
  return { replica, run: () => replica.exporter({ guard }).export() };
}

it('an export begins anew while somebody writes the files, four times, and then gives up', () => {
  const four = disturbed(4);
  four.run();
  expect(four.replica.lines('memories.jsonl')).toHaveLength(2);
  const { replica, run } = disturbed(5);
  expect(thrownBy(run).code).toBe('busy');
  expect(replica.pending()).toEqual({ memory: 1 });
});
