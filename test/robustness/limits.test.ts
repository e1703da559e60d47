import { truncateSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';

import { mergeData } from '../../src/git/drive-merge.js';
import { resolveFolder } from '../../src/git/resolve.js';
import { contentHash, readJsonl } from '../../src/savecontext/jsonl.js';
import { isConflictMarker } from '../../src/merge/conflict-marker.js';
import { readMarkers } from '../../src/merge/markers.js';
import { LIMITS } from '../../src/record/limits.js';
import type { SyncRecord } from '../../src/savecontext/records.js';
import { Records } from '../../src/sync/records.js';
import { getSyncStatus } from '../../src/sync/status.js';
import { thrownBy } from '../files/thrown.js';
import { expectRefused } from './refused.js';
import { add, deletion, file, line, makeWorld } from './world.js';
import type { World } from './world.js';
import { savecontext } from '../../src/savecontext/registry.js';

/** Every way in which the files are read, or read and written. */
const READERS: Readonly<Record<string, (world: World) => unknown>> = {
  import: (world) => world.import(),
  'import that skips': (world) => world.import({ skipInvalid: true }),
  sync: (world) => world.sync(),
  export: (world) => world.export({ full: true }),
  readJsonl: ({ dir }) => readJsonl(join(dir, 'issues.jsonl')),
};

const statusOf = ({ store, project, dir }: World): object => getSyncStatus(store, { projectPath: project, dir });

describe('an id', () => {
  it.each([
    ['ASCII', 'i'.repeat(LIMITS.idBytes)],
    ['two bytes a character', 'ü'.repeat(LIMITS.idBytes / 2)],
    ['escapes', '"\\'.repeat(LIMITS.idBytes / 2)],
  ])('of as many bytes as it may have goes through files (%s); of one more it is refused, with the number', (_, id) => {
    const world = makeWorld();
    const lines = file(line('issue', id), deletion('issue', `${id.slice(1)}x`));
    world.write('issues.jsonl', lines);
    expect(world.sync().inSync).toBe(true);
    expect(world.sync().export.files).toEqual([]);
    for (const bad of [line('issue', `${id}i`), deletion('issue', `${id}i`)]) {
      world.write('issues.jsonl', file(bad));
      expectRefused(world, () => world.import(), {
        code: 'bad_input',
        says: [/^issues.jsonl:1: .*at most 262144 bytes/m],
      });
    }
  });

  it('of megabytes is a bad line for every reader, whatever begins the line', () => {
    const world = makeWorld();
    const id = 'L'.repeat(9_000_000);
    for (const bad of [line('issue', id), deletion('issue', id), line('issue', '\n'.repeat(2_000_000))]) {
      world.write('issues.jsonl', file(line('issue', 'i1'), bad));
      expectRefused(world, () => world.import(), {
        code: 'bad_input',
        says: [/^issues.jsonl:2: .*at most 262144 bytes/m],
      });
      expect(statusOf(world)).toMatchObject({ problems: [expect.stringContaining('262144 bytes')] });
      const merged = mergeData(savecontext, 'issues.jsonl', {
        base: '',
        ours: file(line('issue', 'i1')),
        theirs: file(bad),
      });
      expect(merged.problems).toEqual([expect.stringMatching(/^theirs:1: .*at most 262144 bytes/)]);
      expect(merged.text).toContain('<<<<<<< ours\n');
    }
    expect(world.import({ skipInvalid: true }).total).toMatchObject({ created: 1, skipped: 1 });
  });

  it('that is too long stops the export of its row; once that is deleted nothing of it goes out', () => {
    const world = makeWorld();
    add.issue(world, 'i1');
    world.export();
    world.store.sql.run(
      `INSERT INTO issues (id, title, project_path, created_at, updated_at) VALUES (?, 't', ?, 1, 1)`,
      'L'.repeat(9_000_000),
      world.project,
    );
    const before = world.read('issues.jsonl');
    const { code, message } = thrownBy(() => world.export());
    expect([code, message]).toEqual(['bad_row', expect.stringContaining('at most 262144 bytes')]);
    expect(message.length).toBeLessThan(500);
    expect(world.read('issues.jsonl')).toBe(before);
    world.store.sql.run(`DELETE FROM issues WHERE title = 't'`);
    expect(world.sync().inSync).toBe(true);
    expect([world.read('issues.jsonl'), world.read('deletions.jsonl')]).toEqual([before, '']);
  });
});

describe('a line', () => {
  it('that is longer than any may be is refused by every reader, with its number', () => {
    const world = makeWorld();
    const path = join(world.dir, 'issues.jsonl');
    world.write('issues.jsonl', file(line('issue', 'i1')));
    // Nothing but U+0000, which takes no room on the disk.
    truncateSync(path, LIMITS.lineBytes + 1_000_000);
    for (const [name, read] of Object.entries(READERS)) {
      const error = thrownBy(() => read(world));
      expect([name, error.code]).toEqual([name, 'bad_input']);
      expect(error.message).toMatch(/issues\.jsonl:2: a line must have at most 67108864 bytes/);
    }
    expect(statusOf(world)).toMatchObject({ problems: [expect.stringContaining('at most 67108864 bytes')] });
    expect(resolveFolder(savecontext, undefined, world.dir, { now: 1, dryRun: false }).files).toMatchObject([
      { problems: [expect.stringMatching(/^the file:2: a line must have at most 67108864 bytes/)] },
    ]);
    writeFileSync(path, file(line('issue', 'i1')));
    expect(world.sync().inSync).toBe(true);
  });

  it('that would be too long is not written: neither by put nor by an export', () => {
    const world = makeWorld();
    add.issue(world, 'i1');
    world.export();
    const before = world.read('issues.jsonl');
    const records = new Records(world.store, world.project);
    const details = 'x'.repeat(LIMITS.lineBytes);
    const says = /^Cannot write issue i1 into a line: .*at most 67108864 bytes/;
    expect(thrownBy(() => records.put('issue', 'i1', { details }))).toMatchObject({ code: 'bad_input' });
    world.store.sql.run(`UPDATE issues SET details = ?`, details);
    const error = thrownBy(() => world.export());
    expect([error.code, error.message]).toEqual(['bad_input', expect.stringMatching(says)]);
    expect(world.read('issues.jsonl')).toBe(before);
    world.store.sql.run(`UPDATE issues SET details = 'short'`);
    expect(world.sync().inSync).toBe(true);
  });

  const deep = (levels: number): string => '['.repeat(levels) + ']'.repeat(levels);
  it.each([
    ['too many values', { zz: 0 }, `[${'0,'.repeat(LIMITS.values)}0]`, 'at most 200000 values'],
    ['too deep an array', { zz: 0 }, deep(100_000), 'at most 200 levels'],
    ['too long a number', { zz: 0 }, '9'.repeat(3_000_000), 'at most 1000 characters'],
    ['too great an integer', { priority: 0 }, '9'.repeat(900), '9999'],
    ['many bad elements', { labels: 0 }, `[${'{},'.repeat(100_000)}{}]`, 'an element whose label'],
  ])('with %s is refused, with the number', (_, fields, value, says) => {
    const world = makeWorld();
    const [name] = Object.keys(fields);
    world.write(
      'issues.jsonl',
      file(line('issue', 'i1', fields).replace(`"${name ?? ''}":0`, `"${name ?? ''}":${value}`)),
    );
    const { details } = expectRefused(world, () => world.import(), {
      code: 'bad_input',
      says: [`issues.jsonl:1: `, says],
    });
    expect(details.length).toBeLessThan(25);
  });
});

describe('a value of the library', () => {
  it('that is nested too deeply, or in itself, is refused as a wrong record', () => {
    const self: unknown[] = [];
    self.push(self);
    const deep = Array.from({ length: 100_000 }).reduce<unknown>((inner) => [inner], 0);
    for (const value of [self, deep]) {
      for (const name of ['labels', 'unknown', 'title']) {
        const record = { type: 'issue', id: 'i1', [name]: value } as unknown as SyncRecord;
        expect(thrownBy(() => contentHash(record))).toMatchObject({ code: 'usage' });
      }
    }
  });

  it('of a shared setting that is nested too deeply is a wrong setting', () => {
    const world = makeWorld();
    for (const rule of ['[', '{"type":"issue","where":{"title":[']) {
      const text = `{"private":[${rule}${'['.repeat(100_000)}${']'.repeat(100_000)}`;
      world.write('sync.json', text + (rule === '[' ? ']]}' : ']}}]}'));
      expect(thrownBy(() => world.sync())).toMatchObject({ code: 'bad_input' });
    }
  });
});

describe('a text with markers', () => {
  it('may have a line of millions of the same character, and a conflict of very many lines', () => {
    expect(isConflictMarker(`${'='.repeat(10_000_000)}x`)).toBe(false);
    const side = '{}\n'.repeat(200_000);
    const read = readMarkers(`<<<<<<< x\n${side}=======\n${side}>>>>>>> y\n`);
    expect('sides' in read && read.sides.theirs.length).toBe(side.length - 1);
  });
});
