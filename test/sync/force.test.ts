import { expect, it } from 'vitest';
import { Replica, T0 } from './helpers.js';

it('an old version taken by force waits for its new stamp, whatever is imported before the export', () => {
  const replica = new Replica();
  const write = (value: string, time: number): void => {
    replica.run(
      `INSERT INTO project_memory (id, project_path, key, value, category, created_at, updated_at)
       VALUES ('m1', :project, 'k', '${value}', 'note', ${T0}, ${time})
       ON CONFLICT (id) DO UPDATE SET value = excluded.value, updated_at = excluded.updated_at`,
    );
    replica.export();
  };
  write('old', T0);
  const old = replica.files();
  write('new', T0 + 1);
  const newest = String(replica.record('memories.jsonl', 'm1')?.['exported_at']);
  replica.pull(old);
  replica.import({ forceIds: ['m1'] });
  expect(replica.pending()).toEqual({ memory: 1 });
  replica.import({ forceIds: ['m1'] });
  replica.import();
  expect(replica.pending()).toEqual({ memory: 1 });
  replica.export();
  const record = replica.record('memories.jsonl', 'm1');
  expect(record?.['value']).toBe('old');
  expect(String(record?.['exported_at']) > newest).toBe(true);
});
