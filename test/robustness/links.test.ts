import { execFileSync } from 'node:child_process';
import { existsSync, mkdirSync, readFileSync, rmSync, symlinkSync, truncateSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';

import { diff } from '../../src/sync/diff.js';
import { resolveFolder } from '../../src/git/resolve.js';
import { countLines } from '../../src/files/file-bytes.js';
import { copyToHistory } from '../../src/files/history.js';
import { ensureGitignore } from '../../src/files/gitignore.js';
import { withLock } from '../../src/store/lock.js';
import { readLostValues } from '../../src/files/lost-values.js';
import { appendJsonl, readJsonl, writeJsonl } from '../../src/savecontext/jsonl.js';
import { findProject } from '../../src/sync/project.js';
import { savecontext } from '../../src/savecontext/registry.js';
import type { SyncRecord } from '../../src/savecontext/records.js';
import { readSettings, writeSettings } from '../../src/files/settings.js';
import { getSyncStatus } from '../../src/sync/status.js';
import { temporaryFolder } from '../files/temporary-folder.js';
import { thrownBy } from '../files/thrown.js';
import { expectRefused } from './refused.js';
import { add, filesIn, line, makeWorld } from './world.js';
import type { World } from './world.js';

/** A database of another program, and lines of it, which no file of the directory may be. */
function elsewhere(): { readonly folder: string; readonly foreign: string; readonly missing: string } {
  const folder = temporaryFolder();
  const foreign = join(folder, 'foreign');
  writeFileSync(foreign, `${line('issue', 'foreign')}\n`);
  return { folder, foreign, missing: join(folder, 'missing') };
}

/** What may stand in the place of a file, with how it is put there. */
const KINDS: Readonly<Record<string, (path: string, other: ReturnType<typeof elsewhere>) => void>> = {
  'a link to a file': (path, { foreign }) => {
    symlinkSync(foreign, path);
  },
  'a link that leads nowhere': (path, { missing }) => {
    symlinkSync(missing, path);
  },
  'a link to a device that never ends': (path) => {
    symlinkSync('/dev/zero', path);
  },
  'a pipe that nobody writes to': (path) => {
    execFileSync('sh', ['-c', 'mkfifo "$0"', path]);
  },
};

const RECORD = JSON.parse(line('memory', 'm1')) as SyncRecord;

/** Everything that reads or writes a file of an export directory, by the names of the files. */
const USERS: Readonly<Record<string, readonly ((world: World, path: string) => unknown)[]>> = {
  'issues.jsonl': [
    (world) => world.import(),
    (world) => world.export({ full: true }),
    (world) => world.export({ full: true, force: true }),
    (world) => world.sync(),
    ({ store, project, dir }) => getSyncStatus(store, { projectPath: project, dir }),
    ({ store, project, dir }) => diff(store, { projectPath: project, dir, onChange: () => undefined }),
    ({ dir }) => resolveFolder(savecontext, undefined, dir, { now: 1, dryRun: false }),
    ({ dir }) => copyToHistory(dir, ['issues.jsonl'], 1),
    (_, path) => readJsonl(path),
    (_, path) => {
      writeJsonl(path, [RECORD]);
    },
    (_, path) => {
      appendJsonl(path, RECORD);
    },
    (_, path) => countLines(path),
  ],
  'deletions.jsonl': [(world) => world.import(), (world) => world.export({ full: true, force: true })],
  'conflicts.jsonl': [({ dir }) => resolveFolder(savecontext, undefined, dir, { now: 1, dryRun: false })],
  'sync.json': [
    (world) => world.export(),
    (world) => world.import(),
    ({ dir, store }) => readSettings(dir, store.registry),
    ({ dir }) => {
      writeSettings(dir, { paths: 'portable' });
    },
  ],
  '.gitignore': [({ dir }) => ensureGitignore(dir)],
  '.sync.lock': [
    (world) => world.export(),
    (world) => world.import(),
    ({ dir }) => withLock(dir, { timeoutMs: 0 }, () => undefined),
  ],
  '.lost-values.1.abcdef': [(world) => world.import(), ({ dir }) => readLostValues(savecontext, dir)],
};

function worldWithRecords(): World {
  const world = makeWorld();
  add.issue(world, 'i1');
  world.export();
  return world;
}

describe.skipIf(process.platform === 'win32')('a file of the export directory that is no plain file', () => {
  for (const [name, users] of Object.entries(USERS)) {
    it.each(Object.entries(KINDS))(`${name}: %s is read and written by nobody`, (_, put) => {
      const [world, other] = [worldWithRecords(), elsewhere()];
      const path = join(world.dir, name);
      rmSync(path, { force: true });
      put(path, other);
      const before = filesIn(other.folder);
      for (const use of users) {
        const error = expectRefused(world, () => use(world, path), {
          code: 'refused',
          says: [path, 'must be a plain'],
        });
        expect(error.message).toMatch(/ and is (?:a symbolic link|a pipe, a socket or a device)$/);
      }
      expect(filesIn(other.folder)).toEqual(before);
    });
  }

  it('is put right by removing it: the records of the database are written anew', () => {
    const [world, { foreign }] = [worldWithRecords(), elsewhere()];
    const before = filesIn(world.dir);
    rmSync(join(world.dir, 'issues.jsonl'));
    symlinkSync(foreign, join(world.dir, 'issues.jsonl'));
    expect(thrownBy(() => world.sync()).code).toBe('refused');
    rmSync(join(world.dir, 'issues.jsonl'));
    world.sync();
    expect(filesIn(world.dir)).toEqual(before);
  });

  it('may be larger than any data file: its size is said, and it is not read', () => {
    const world = worldWithRecords();
    for (const [name, most] of [
      ['issues.jsonl', 2 ** 32],
      ['sync.json', 2 ** 28],
    ] as const) {
      const path = join(world.dir, name);
      writeFileSync(path, '');
      truncateSync(path, most + 1);
      const says = [path, `must have at most ${most} bytes, and has ${most + 1}`];
      expect(thrownBy(() => world.import()).message).toContain(says.join(' '));
      rmSync(path);
    }
  });
});

describe.skipIf(process.platform === 'win32')('a folder of the export directory that is a link', () => {
  it('gets no copies of old files', () => {
    const [world, other] = [worldWithRecords(), elsewhere()];
    symlinkSync(other.folder, join(world.dir, '.history'));
    const before = filesIn(other.folder);
    expect(thrownBy(() => copyToHistory(world.dir, ['issues.jsonl'], 1))).toMatchObject({
      code: 'refused',
      message: `${join(world.dir, '.history')} must be a folder, and is a symbolic link`,
    });
    expect(filesIn(other.folder)).toEqual(before);
  });

  it.each(['a folder', 'nothing'])('is no export directory, whether it leads to %s', (what) => {
    const [world, { folder }] = [makeWorld(), elsewhere()];
    add.issue(world, 'i1');
    const target = join(folder, 'target');
    if (what === 'a folder') mkdirSync(target);
    symlinkSync(target, world.dir);
    const { store, project, dir } = world;
    const users = [
      (): unknown => world.export(),
      (): unknown => world.export({ dryRun: true }),
      (): unknown => world.import(),
      (): unknown => world.sync(),
      (): unknown => getSyncStatus(store, { projectPath: project, dir }),
      (): unknown => findProject(store, dir),
      (): unknown => diff(store, { projectPath: project, dir, onChange: () => undefined }),
      (): unknown => resolveFolder(savecontext, undefined, dir, { now: 1, dryRun: false }),
      (): unknown => readLostValues(savecontext, dir),
    ];
    for (const use of users) {
      expect(thrownBy(use)).toMatchObject({
        code: 'refused',
        message: `${dir} must be a folder, and is a symbolic link`,
      });
    }
    expect(existsSync(target) ? filesIn(target) : {}).toEqual({});
  });

  it('may be on the way to it: the path of a project is resolved', () => {
    const world = makeWorld();
    add.issue(world, 'i1');
    const link = join(world.folder, 'link');
    symlinkSync(world.project, link);
    world.export({}, { projectPath: link, dir: join(link, '.savecontext') });
    expect(world.read('issues.jsonl')).toContain('"i1"');
    expect(world.sync().inSync).toBe(true);
  });
});

describe('the lock', () => {
  it('is an empty file: what somebody else put there SQLite never opens, nor a journal beside it', () => {
    const [world, { foreign, folder }] = [worldWithRecords(), elsewhere()];
    // A journal that is taken for that of a crash may name a file that SQLite then deletes.
    for (const name of ['.sync.lock', '.sync.lock-journal'])
      writeFileSync(join(world.dir, name), readFileSync(foreign));
    expect(thrownBy(() => world.export()).message).toContain('is not the lock of this program');
    expect(Object.keys(filesIn(folder))).toEqual(['foreign']);
    expect(world.read('.sync.lock-journal')).toBe(readFileSync(foreign, 'utf8'));
  });
});
