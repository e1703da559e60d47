import { spawnSync } from 'node:child_process';
import { readFileSync, writeFileSync } from 'node:fs';
import { basename, dirname, join } from 'node:path';
import { expect, it } from 'vitest';

import { MAIN } from '../cli/built-command.js';
import { diskFolder } from '../files/temporary-folder.js';
import { closed } from './database-file.js';
import { add, file, line, makeWorld } from './world.js';
import type { World } from './world.js';

/** Loaded before the command: notes each file that is brought onto the disk or gets its name, by its path, in order. */
const WATCH = `
import fs from 'node:fs';
import { syncBuiltinESMExports } from 'node:module';
const paths = new Map();
const events = [];
const { openSync, fsyncSync, renameSync, writeFileSync } = fs;
fs.openSync = (path, ...rest) => {
  const fd = openSync(path, ...rest);
  paths.set(fd, String(path));
  return fd;
};
fs.fsyncSync = (fd) => {
  fsyncSync(fd);
  events.push({ what: 'sync', path: paths.get(fd) });
};
fs.renameSync = (from, to) => {
  renameSync(from, to);
  events.push({ what: 'rename', path: from, to });
};
syncBuiltinESMExports();
process.on('exit', () => writeFileSync(process.env.EVENTS, JSON.stringify(events)));
`;

interface Event {
  readonly what: 'sync' | 'rename';
  readonly path: string;
  readonly to?: string;
}

/** Runs the command; gives what it did to files. */
function watched({ folder, project, database }: World, ...args: readonly string[]): readonly Event[] {
  const [watch, events] = [join(folder, 'watch.mjs'), join(folder, 'events.json')];
  writeFileSync(watch, WATCH);
  const { status, stderr } = spawnSync(process.execPath, ['--import', watch, MAIN, ...args, '--db', database], {
    cwd: project,
    encoding: 'utf8',
    env: {
      PATH: process.env['PATH'] ?? '',
      HOME: folder,
      SC_ACTOR: 'tester',
      EVENTS: events,
      NODE_DISABLE_COMPILE_CACHE: '1',
    },
  });
  expect([status, stderr]).toEqual([0, '']);
  return JSON.parse(readFileSync(events, 'utf8')) as Event[];
}

/** Where in the order of events a path is synced first; -1 where it never is. */
function syncOf(events: readonly Event[], path: string, after = -1): number {
  return events.findIndex((event, index) => index > after && event.what === 'sync' && event.path === path);
}

/** Each file is on the disk before it gets its name, and its folder afterwards. */
function expectSyncedRenames(events: readonly Event[]): readonly string[] {
  const renames = events.flatMap((event, index) => (event.what === 'rename' ? [{ ...event, index }] : []));
  for (const { path, to = '', index } of renames) {
    const content = syncOf(events, path);
    expect(content, `${to} before its name`).toBeGreaterThanOrEqual(0);
    expect(content, `${to} before its name`).toBeLessThan(index);
    expect(syncOf(events, dirname(to), index), `the folder of ${to}`).toBeGreaterThan(index);
  }
  return renames.map(({ to = '' }) => basename(to)).sort();
}

it('an export brings its files onto the disk before they get their names, then the folder, and old copies before all that', () => {
  const world = makeWorld(diskFolder());
  add.issue(world, 'i1');
  add.memory(world, 'm1');
  world.export();
  world.store.sql.run(`UPDATE issues SET title = 'mine', updated_at = 5000`);
  world.write('issues.jsonl', file(line('issue', 'i1', { title: 'theirs', updated_at: 3000 })));
  world.store.sql.run(`UPDATE project_memory SET value = 'new'`);
  world.close();
  const events = watched(world, 'export', '--force');
  expect(expectSyncedRenames(events)).toEqual(['issues.jsonl', 'memories.jsonl']);
  const first = events.findIndex(({ what }) => what === 'rename');
  const history = join(world.dir, '.history');
  const copied = events.slice(0, first).filter(({ path }) => path.startsWith(history));
  const kept = copied.map(({ path }) => basename(path));
  expect(kept).toContain('issues.jsonl');
  // The folder of this copy, the folder of all copies, and the one that it is in.
  expect(copied.some(({ path }) => dirname(path) === history)).toBe(true);
  expect(syncOf(events, history)).toBeLessThan(first);
  expect(syncOf(events, history)).toBeGreaterThanOrEqual(0);
  expect(syncOf(events, world.dir)).toBeLessThan(first);
});

it('a backup, and a database that is set aside, are on the disk before anything relies on them', async () => {
  const world = makeWorld(diskFolder());
  add.issue(world, 'i1');
  world.close();
  await closed();
  const copy = join(world.folder, 'copy.db');
  expect(expectSyncedRenames(watched(world, 'backup', copy))).toEqual(['copy.db']);
  const events = watched(world, 'restore', copy);
  const aside = events.findIndex(({ path }) => path.endsWith('.old'));
  expect(aside).toBeGreaterThanOrEqual(0);
  expect(syncOf(events, world.folder, aside)).toBeGreaterThan(aside);
});
