import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, it, onTestFinished } from 'vitest';

import { checkFleet, settle } from '../../bench/fleet-checks.mjs';
import { Fleet } from '../../bench/fleet-rounds.mjs';

async function makeFleet(clones: number): Promise<Fleet> {
  const fleet = await Fleet.create(clones);
  onTestFinished(() => {
    fleet.close();
  });
  return fleet;
}

it('P6 P20 P21 clones that push to one repository at the same time: everything arrives once, and nothing is lost', async () => {
  const fleet = await makeFleet(4);
  for (const round of [1, 2, 3]) {
    const pushes = await fleet.round(round);
    expect(pushes.flatMap(({ fault }) => fault ?? [])).toEqual([]);
  }
  expect(await settle(fleet)).toEqual([]);
  expect(fleet.kept.size).toBe(1 + 4 * (3 + 2));
  expect(fleet.deleted.size).toBe(4);
});

it('the checks of a fleet find what is lost, doubled, or came back', async () => {
  const fleet = await makeFleet(1);
  for (const round of [1, 2, 3]) await fleet.round(round);
  const [clone] = fleet.clones;
  expect(checkFleet(fleet)).toEqual([]);
  const path = join(clone!.dir, 'memories.jsonl');
  const text = readFileSync(path, 'utf8');
  writeFileSync(path, text + text.slice(0, text.indexOf('\n') + 1));
  expect(checkFleet(fleet)).toEqual([
    'git has changes in c1: M .savecontext/memories.jsonl',
    'c1: mem_c1r2 stands 2 times in the files',
  ]);
  writeFileSync(path, text);
  clone!.edit((records) => {
    records.remove('issue', 'issue_c1r1');
    records.put('memory', 'mem_c1r1', { key: 'back', value: 'again', category: 'note' });
    records.put('issue', 'issue_shared', { title: 'other', labels: ['label_c1r1', 'label_c1r3'] });
  });
  expect(checkFleet(fleet)).toEqual([
    'c1: issue_c1r1 is not in the database',
    'c1: mem_c1r1 is still in the database',
    'the label label_c1r2 is lost',
    ...fleet.titles.slice(-1).map(({ value }) => `the title ${value} is lost`),
  ]);
});
