import { execFileSync } from 'node:child_process';
import { appendFileSync, mkdirSync, readFileSync, rmSync, truncateSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it, onTestFinished } from 'vitest';

import { diskFolder } from '../files/temporary-folder.js';
import { expectRefused } from './refused.js';
import { add, file, filesIn, line, makeWorld, temporaryFiles } from './world.js';
import type { World } from './world.js';

/** A world with some exported records. */
function exported(folder?: string): World {
  const world = makeWorld(folder);
  add.session(world, 's1');
  for (let n = 1; n <= 5; n++) add.issue(world, `i${n}`, { title: `Größe ${n} \u{1F600}` });
  add.item(world, 'c1');
  world.export();
  return world;
}

describe('P17: a file that is not as it should be', () => {
  it('cut anywhere in its last line: the place is named, and a repair is taken', () => {
    const world = exported();
    const path = join(world.dir, 'issues.jsonl');
    const whole = readFileSync(path);
    const start = whole.lastIndexOf(0x0a, whole.length - 2) + 1;
    for (let size = start + 1; size < whole.length - 1; size += 7) {
      truncateSync(path, size);
      const { hint } = expectRefused(world, () => world.import(), { code: 'bad_input', says: ['issues.jsonl:5: '] });
      expect(hint).toMatch(/ends in the middle of a line: .*git checkout -- issues\.jsonl/);
      writeFileSync(path, whole);
    }
    expect(world.import().total).toMatchObject({ created: 0, updated: 0, restored: 0, skipped: 0 });
    expect(world.sync().inSync).toBe(true);
  });

  it('without its last newline is read as it is, and gets one', () => {
    const world = exported();
    const whole = world.read('issues.jsonl');
    world.write('issues.jsonl', whole.slice(0, -1));
    expect(world.import().total).toMatchObject({ created: 0, updated: 0, restored: 0, conflicts: 0 });
    world.store.sql.run(`UPDATE issues SET details = 'x' WHERE id = 'i3'`);
    world.export();
    expect(world.read('issues.jsonl').split('\n')).toHaveLength(6);
    expect(world.sync().inSync).toBe(true);
  });

  it('without its last newline, or with CRLF, unsorted, or in another file, ends in sync and in canonical form', () => {
    const world = exported();
    const whole = world.read('issues.jsonl');
    const lines = whole.trimEnd().split('\n');
    const forms = [
      whole.slice(0, -1),
      whole.replaceAll('\n', '\r\n'),
      file(...[...lines].reverse()),
      whole.replaceAll('\n', '\n\n'),
      file(...lines, ...lines),
    ];
    for (const form of forms) {
      world.write('issues.jsonl', form);
      expect(world.sync().inSync, JSON.stringify(form.slice(0, 20))).toBe(true);
      expect(world.read('issues.jsonl')).toBe(whole);
    }
    const sessions = world.read('sessions.jsonl');
    world.write('issues.jsonl', file(...lines.slice(1)));
    world.write('sessions.jsonl', file(lines[0] ?? '', sessions.trimEnd()));
    expect(world.sync().inSync).toBe(true);
    expect([world.read('issues.jsonl'), world.read('sessions.jsonl')]).toEqual([whole, sessions]);
  });

  it('with bytes that are no UTF-8', () => {
    const world = exported();
    const whole = readFileSync(join(world.dir, 'issues.jsonl'));
    for (const bytes of [[0xff], [0xc3, 0x28], [0xed, 0xa0, 0x80], [0xf4, 0x90, 0x80, 0x80], [0xe2, 0x82]]) {
      const bad = Buffer.from(`${line('issue', 'i9', { title: 'HERE' })}\n`);
      const at = bad.indexOf('HERE');
      const changed = Buffer.concat([whole, bad.subarray(0, at), Uint8Array.from(bytes), bad.subarray(at + 4)]);
      world.write('issues.jsonl', changed);
      const says = ['issues.jsonl:6: the text must be UTF-8, and has other bytes'];
      expectRefused(world, () => world.import(), { code: 'bad_input', says });
    }
  });

  it('with a BOM at its beginning', () => {
    const world = exported();
    world.write('issues.jsonl', `\uFEFF${world.read('issues.jsonl')}`);
    expectRefused(world, () => world.import(), { code: 'bad_input', says: ['issues.jsonl:1: ', 'byte order mark'] });
  });

  it('that is a folder', () => {
    const world = exported();
    rmSync(join(world.dir, 'issues.jsonl'));
    mkdirSync(join(world.dir, 'issues.jsonl'));
    expectRefused(world, () => world.import(), { code: 'io', says: ['issues.jsonl', 'EISDIR'] });
    world.store.sql.run(`UPDATE issues SET details = 'x'`);
    expectRefused(world, () => world.export(), { code: 'io', says: ['issues.jsonl', 'EISDIR'] });
  });
});

describe('the settings file', () => {
  it.each([
    ['no JSON', '{', /sync\.json: the file must hold a JSON object/],
    ['an array', '[]', /sync\.json: the file must hold a JSON object/],
    ['null', 'null', /sync\.json: the file must hold a JSON object/],
    ['an unknown name', '{"path":"portable"}', /sync\.json: the setting "path" is unknown; it must be "?paths/],
    ['an unknown value', '{"paths":"relative"}', /paths must be "portable" or "absolute", not "relative"/],
    ['null as a value', '{"paths":null}', /paths must be "portable" or "absolute", not null/],
    ['an unknown type in a rule', '{"private":[{"type":"isue"}]}', /private: the type "isue" is unknown/],
    ['an unknown field in a rule', '{"private":[{"type":"issue","where":{"x":1}}]}', /private: issue has no field "x"/],
    [
      'a wrong value in a rule',
      '{"private":[{"type":"issue","where":{"priority":"4"}}]}',
      /private: issue\.priority must be/,
    ],
    [
      'null where none can be',
      '{"private":[{"type":"issue","where":{"title":null}}]}',
      /private: issue\.title must be/,
    ],
    ['a rounded integer', '{"private":[{"type":"issue","where":{"created_at":9007199254740993}}]}', /at most 53 bits/],
  ])('with %s stops import, export and sync', (_, text, says) => {
    const world = exported();
    world.store.sql.run(`UPDATE issues SET details = 'x'`);
    world.write('sync.json', text);
    const code = 'bad_input';
    expectRefused(world, () => world.import(), { code, says: [says] });
    expectRefused(world, () => world.export(), { code, says: [says] });
    expectRefused(world, () => world.sync(), { code, says: [says] });
    const fresh = makeWorld();
    fresh.write('sync.json', text);
    fresh.write('.gitignore', '*\n');
    expectRefused(fresh, () => fresh.export(), { code, says: [says] });
    expectRefused(fresh, () => fresh.import(), { code, says: [says] });
  });
});

describe('a directory that cannot be written', () => {
  it('because a file stands in its path', () => {
    const world = makeWorld();
    add.issue(world, 'i1');
    writeFileSync(world.dir, 'a file');
    expectRefused(world, () => world.export(), { code: 'io', says: [world.dir] });
    expectRefused(world, () => world.sync(), { code: 'io', says: [world.dir] });
    const dir = join(world.dir, 'below');
    expectRefused(world, () => world.export({}, { dir }), { code: 'io', says: [dir, /ENOTDIR|not a folder/] });
  });

  it('because it is missing, for an import', () => {
    const world = makeWorld();
    expectRefused(world, () => world.import(), { code: 'io', says: [world.dir, 'There is no export directory'] });
  });

  it('because its file system is read-only: export says so, import still reads', ({ skip }) => {
    const world = exported(diskFolder());
    const unmount = mounted(world.dir, ['--bind', world.dir, world.dir]);
    if (unmount === undefined) return skip('nothing can be mounted here');
    execFileSync('mount', ['-o', 'remount,ro,bind', world.dir]);
    world.store.sql.run(`UPDATE issues SET details = 'x' WHERE id = 'i1'`);
    expectRefused(world, () => world.export(), { code: 'io', says: [world.dir, 'EROFS'] });
    expect(world.import().total).toMatchObject({ created: 0, updated: 0, restored: 0 });
    unmount();
    expect(world.export().total.written).toBe(1);
  });

  it('because the disk is full: nothing changes, nothing is left, and the next run does it', ({ skip }) => {
    const world = exported(diskFolder());
    const saved = filesIn(world.dir);
    const unmount = mounted(world.dir, ['-t', 'tmpfs', '-o', 'size=64k', 'tmpfs']);
    if (unmount === undefined) return skip('nothing can be mounted here');
    for (const [name, bytes] of Object.entries(saved)) world.write(name, Buffer.from(bytes, 'latin1'));
    world.store.sql.run(`UPDATE issues SET details = ? WHERE id = 'i1'`, 'x'.repeat(200_000));
    world.store.sql.run(`UPDATE sessions SET name = 'other'`);
    expectRefused(world, () => world.export(), { code: 'io', says: ['issues.jsonl', 'ENOSPC'] });
    expectRefused(world, () => world.export({ full: true }), { code: 'io', says: ['ENOSPC'] });
    expect(temporaryFiles(world.dir)).toEqual([]);
    world.store.sql.run(`UPDATE issues SET details = 'short' WHERE id = 'i1'`);
    expect(world.export().total.written).toBe(2);
    expect(world.sync().inSync).toBe(true);
    expect(temporaryFiles(world.dir)).toEqual([]);
  });

  it('because the disk is full while old files are copied aside: the copies go, the files stay', ({ skip }) => {
    const world = exported(diskFolder());
    const saved = filesIn(world.dir);
    const unmount = mounted(world.dir, ['-t', 'tmpfs', '-o', 'size=64k', 'tmpfs']);
    if (unmount === undefined) return skip('nothing can be mounted here');
    for (const [name, bytes] of Object.entries(saved)) world.write(name, Buffer.from(bytes, 'latin1'));
    appendFileSync(join(world.dir, 'issues.jsonl'), `${line('issue', 'i9', { details: 'y'.repeat(20_000) })}\n`);
    world.store.sql.run(`UPDATE issues SET details = 'mine'`);
    add.issue(world, 'i9');
    world.write('filler', Buffer.alloc(24_000));
    expectRefused(world, () => world.export({ force: true }), { code: 'io', says: ['ENOSPC'] });
    expect(temporaryFiles(world.dir)).toEqual([]);
  });
});

/** Mounts over a folder until the test ends, or says by undefined that it is not allowed to. */
function mounted(dir: string, how: readonly string[]): (() => void) | undefined {
  if (process.platform !== 'linux' || process.getuid?.() !== 0) return undefined;
  try {
    execFileSync('mount', how.at(-1) === dir ? [...how] : [...how, dir], { stdio: 'ignore' });
  } catch {
    return undefined;
  }
  let isMounted = true;
  const unmount = (): void => {
    if (isMounted) execFileSync('umount', ['-l', dir]);
    isMounted = false;
  };
  onTestFinished(unmount);
  return unmount;
}
