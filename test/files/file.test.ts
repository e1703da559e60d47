import {
  chmodSync,
  closeSync,
  existsSync,
  mkdirSync,
  openSync,
  readdirSync,
  readFileSync,
  statSync,
  writeFileSync,
} from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';

import { SyncError } from '../../src/errors.js';
import { countLines } from '../../src/files/file-bytes.js';
import { atomicWrite, fileExists, fileSize, writeAll } from '../../src/files/file.js';
import { toIoError, withIoErrors } from '../../src/files/io-error.js';
import { temporaryFolder } from './temporary-folder.js';
import { thrownBy } from './thrown.js';

const isRoot = process.getuid?.() === 0;
const isWindows = process.platform === 'win32';

function fileWith(content: string | Uint8Array): string {
  const path = join(temporaryFolder(), 'file.jsonl');
  writeFileSync(path, content);
  return path;
}

describe('atomicWrite', () => {
  it('creates and replaces a file, and leaves nothing beside it', () => {
    const dir = temporaryFolder();
    const path = join(dir, 'a.jsonl');
    atomicWrite(path, 'é\n');
    expect(readFileSync(path, 'utf8')).toBe('é\n');
    atomicWrite(path, Uint8Array.of(0xff, 0x0a));
    expect([...readFileSync(path)]).toEqual([0xff, 0x0a]);
    expect(readdirSync(dir)).toEqual(['a.jsonl']);
  });

  it.skipIf(isWindows)('keeps the permissions of the file it replaces', () => {
    const path = fileWith('old');
    chmodSync(path, 0o640);
    atomicWrite(path, 'new');
    expect(statSync(path).mode & 0o777).toBe(0o640);
  });

  it('leaves the target alone and no temporary file behind if it fails', () => {
    const dir = temporaryFolder();
    mkdirSync(join(dir, 'folder'));
    const error = thrownBy(() => {
      atomicWrite(join(dir, 'folder'), 'x');
    });
    expect(error).toMatchObject({ code: 'io', hint: expect.stringContaining('folder') as string });
    expect(error.message).toContain(join(dir, 'folder'));
    expect(readdirSync(dir)).toEqual(['folder']);
  });

  it('names the path whose parent is missing or a file', () => {
    const path = fileWith('x');
    expect(
      thrownBy(() => {
        atomicWrite(join(path, 'below'), 'x');
      }),
    ).toMatchObject({ code: 'io' });
    expect(
      thrownBy(() => {
        atomicWrite(join(path, '..', 'none', 'x'), 'x');
      }).message,
    ).toContain('ENOENT');
  });

  it.skipIf(isRoot || isWindows)('says that a folder is not writable', () => {
    const dir = temporaryFolder();
    chmodSync(dir, 0o555);
    const error = thrownBy(() => {
      atomicWrite(join(dir, 'a'), 'x');
    });
    chmodSync(dir, 0o755);
    expect(error.message).toContain('permission denied (EACCES)');
  });
});

describe('toIoError', () => {
  it.skipIf(!existsSync('/dev/full'))('says that the disk is full', () => {
    const fd = openSync('/dev/full', 'w');
    const error = thrownBy(() => {
      withIoErrors('/dev/full', 'write', () => {
        writeAll(fd, Buffer.from('x'));
      });
    });
    closeSync(fd);
    expect(error).toMatchObject({ code: 'io', message: 'Cannot write /dev/full: no space left (ENOSPC)' });
    expect(error.hint).toContain('space');
  });

  it('leaves a SyncError as it is, and keeps the message of an unknown error', () => {
    const busy = new SyncError('busy', 'locked');
    expect(toIoError(busy, 'p', 'read')).toBe(busy);
    expect(toIoError(new Error('odd'), 'p', 'read').message).toBe('Cannot read p: odd');
    expect(toIoError('text', 'p', 'read').message).toBe('Cannot read p: text');
  });
});

describe('countLines', () => {
  it.each([
    ['', 0],
    ['\n\r\n  \n\t', 0],
    ['{}', 1],
    ['{}\n', 1],
    ['{}\r\n\r\n{}\n \n{}', 3],
  ])('counts the filled lines of %j', (content, count) => {
    expect(countLines(fileWith(content))).toBe(count);
  });

  it('counts a line once that is longer than a chunk', () => {
    expect(countLines(fileWith(`${' '.repeat(300_000)}x${' '.repeat(600_000)}\n${' '.repeat(600_000)}\n{}\n`))).toBe(2);
  });

  it('is 0 for a missing file, and an error for a folder', () => {
    const dir = temporaryFolder();
    expect(countLines(join(dir, 'none'))).toBe(0);
    expect(thrownBy(() => countLines(dir)).code).toBe('io');
  });
});

describe('fileSize and fileExists', () => {
  it('know a missing file', () => {
    const path = fileWith('é\n');
    expect([fileSize(path), fileExists(path)]).toEqual([3, true]);
    expect([fileSize(`${path}.none`), fileExists(`${path}.none`)]).toEqual([0, false]);
  });
});
