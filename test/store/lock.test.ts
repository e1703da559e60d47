import type { ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { chmodSync, readdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';

import { withLock } from '../../src/store/lock.js';
import { builtModule, ended, startScript } from '../files/child.js';
import { temporaryFolder } from '../files/temporary-folder.js';
import { thrownBy } from '../files/thrown.js';

/** A process that holds the folder's lock for so many milliseconds. */
async function holder(dir: string, holdMs: number): Promise<ChildProcess> {
  const child = startScript(
    `
      import { writeSync } from 'node:fs';
      import { withLock } from ${JSON.stringify(builtModule('store/lock.js'))};
      withLock(process.argv[2], { timeoutMs: 0 }, () => {
        writeSync(1, 'held');
        Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, Number(process.argv[3]));
      });
    `,
    dir,
    String(holdMs),
  );
  if (child.stdout === null) throw new Error('The script has no output.');
  await once(child.stdout, 'data');
  return child;
}

describe('withLock', () => {
  it('returns what the body returns, and is free again afterwards', () => {
    const dir = temporaryFolder();
    expect(withLock(dir, { timeoutMs: 0 }, () => 1)).toBe(1);
    expect(withLock(dir, { timeoutMs: 0 }, () => 2)).toBe(2);
    expect(readdirSync(dir)).toEqual(['.sync.lock']);
  });

  it('is freed when the body throws', () => {
    const dir = temporaryFolder();
    const failure = new Error('inside');
    expect(() =>
      withLock(dir, { timeoutMs: 0 }, () => {
        throw failure;
      }),
    ).toThrow(failure);
    expect(withLock(dir, { timeoutMs: 0 }, () => 'free')).toBe('free');
  });

  it('is busy for a second call in the same process, which frees nothing', () => {
    const dir = temporaryFolder();
    withLock(dir, { timeoutMs: 0 }, () => {
      for (let attempt = 0; attempt < 2; attempt += 1) {
        const error = thrownBy(() => withLock(dir, { timeoutMs: 0 }, () => 'twice'));
        expect(error).toMatchObject({ code: 'busy', hint: expect.any(String) as string });
        expect(error.message).toContain(dir);
      }
      expect(readdirSync(dir)).toEqual(['.sync.lock']);
    });
  });

  it('keeps other processes out until the holder is killed', async () => {
    const dir = temporaryFolder();
    const child = await holder(dir, 60_000);
    const start = Date.now();
    expect(thrownBy(() => withLock(dir, { timeoutMs: 150 }, () => 'both')).code).toBe('busy');
    expect(Date.now() - start).toBeGreaterThanOrEqual(100);
    child.kill('SIGKILL');
    await ended(child);
    expect(withLock(dir, { timeoutMs: 0 }, () => 'free')).toBe('free');
    expect(readdirSync(dir)).toEqual(['.sync.lock']);
  });

  it('waits for a holder that is done in time', async () => {
    const dir = temporaryFolder();
    await holder(dir, 200);
    expect(withLock(dir, { timeoutMs: 10_000 }, () => 'mine')).toBe('mine');
  });

  it('reports a folder that is missing, a file, or not writable', () => {
    const dir = temporaryFolder();
    writeFileSync(join(dir, 'file'), '');
    expect(thrownBy(() => withLock(join(dir, 'none'), { timeoutMs: 0 }, () => 0))).toMatchObject({ code: 'io' });
    expect(thrownBy(() => withLock(join(dir, 'file'), { timeoutMs: 0 }, () => 0)).message).toContain('ENOTDIR');
    if (process.getuid?.() === 0 || process.platform === 'win32') return;
    chmodSync(dir, 0o555);
    const error = thrownBy(() => withLock(dir, { timeoutMs: 0 }, () => 0));
    chmodSync(dir, 0o755);
    expect(error.message).toContain('EACCES');
  });

  it.skipIf(process.getuid?.() === 0)('reports a lock file that it may only read', () => {
    const dir = temporaryFolder();
    writeFileSync(join(dir, '.sync.lock'), '', { mode: 0o444 });
    expect(thrownBy(() => withLock(dir, { timeoutMs: 0 }, () => 0)).code).toBe('io');
  });

  it('reports a lock file that is no database', () => {
    const dir = temporaryFolder();
    writeFileSync(join(dir, '.sync.lock'), 'no database at all, but long enough to have a header. '.repeat(20));
    const error = thrownBy(() => withLock(dir, { timeoutMs: 0 }, () => 0));
    expect(error).toMatchObject({ code: 'refused', message: expect.stringContaining('.sync.lock') as string });
  });
});
