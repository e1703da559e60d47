import { join } from 'node:path';
import { expect, it } from 'vitest';

import { Clone, pair } from './clones.js';

it('a shallow clone without a common commit merges nothing, says how to get one, and goes on then', () => {
  const { ann, bob } = pair();
  const server = ann.git('remote', 'get-url', 'origin').trim();
  for (const n of [1, 2]) {
    ann.put('memory', `mem_${n}`, `key=k${n}`, 'value=v');
    ann.ok('push');
  }
  const root = join(bob.root, '..', 'shallow');
  bob.git('clone', '--quiet', '--depth', '1', `file://${server}`, root);
  const eve = new Clone(root, { isThere: true });
  eve.init();
  eve.sync();
  eve.put('memory', 'mem_2', 'value=mine');
  eve.sync();
  eve.commit();
  for (const n of [1, 2]) {
    ann.put('memory', 'mem_1', `value=w${n}`);
    ann.ok('push');
  }
  eve.git('fetch', '--quiet', '--depth', '1');
  const before = eve.files();
  const error = eve.run(['push']);
  expect(error.status).toBe(6);
  expect(error.stderr).toContain('git fetch --unshallow');
  expect(eve.files()).toEqual(before);
  eve.git('fetch', '--quiet', '--unshallow');
  eve.ok('push');
  ann.ok('pull');
  expect(ann.field('memory', 'mem_2', 'value')).toBe('mine');
  expect(eve.field('memory', 'mem_1', 'value')).toBe('w2');
});

it('a partial clone, of which git fetches objects when they are needed, syncs and pushes', () => {
  const { ann, bob, remote } = pair();
  ann.git('-C', remote, 'config', 'uploadpack.allowFilter', 'true');
  const root = join(bob.root, '..', 'partial');
  bob.git('clone', '--quiet', '--filter=blob:none', `file://${remote}`, root);
  const eve = new Clone(root, { isThere: true });
  eve.init();
  eve.sync();
  ann.put('memory', 'mem_1', 'value=by ann');
  ann.ok('push');
  eve.put('memory', 'mem_2', 'value=by eve');
  expect(eve.json(['push'])).toMatchObject({ inSync: true, merged: ['merge'] });
  ann.ok('pull');
  expect(ann.files()).toEqual(eve.files());
});
