import { chmodSync, mkdirSync, readdirSync, readFileSync, statSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';

import { digestFile } from '../../src/files/file-bytes.js';
import { FileSet, removeStaleTemporaryFiles } from '../../src/files/file-set.js';
import { temporaryName } from '../../src/files/file.js';
import { builtModule, ended, startScript } from './child.js';
import { temporaryFolder } from './temporary-folder.js';
import { thrownBy } from './thrown.js';

const OLD = { 'a.jsonl': 'old a\n', 'same.jsonl': 'old same\n' } as const;
const NEW = { 'a.jsonl': 'new a\n', 'b.jsonl': 'new b\n' } as const;
const AFTER = { ...OLD, ...NEW } as const;

/** The effects of {@link writeSet} on a folder with the old files. */
const STEPS = [
  'create a.jsonl',
  'create b.jsonl',
  'create same.jsonl',
  'write a.jsonl',
  'fsync a.jsonl',
  'write b.jsonl',
  'fsync b.jsonl',
  'rename a.jsonl',
  'rename b.jsonl',
  'fsync folder',
] as const;

type Files = Readonly<Record<string, string>>;

function folderWith(files: Files): string {
  const dir = temporaryFolder();
  for (const [name, content] of Object.entries(files)) writeFileSync(join(dir, name), content);
  return dir;
}

function filesIn(dir: string): Files {
  return Object.fromEntries(readdirSync(dir).map((name) => [name, readFileSync(join(dir, name), 'utf8')]));
}

/** Replaces a, makes b, leaves same as it is after all. */
function writeSet(dir: string, onStep?: (step: string) => void): void {
  const set = new FileSet(dir, onStep);
  try {
    for (const [name, content] of Object.entries(NEW)) set.stage(name).write(content);
    set.stage('same.jsonl').write('new same\n');
    set.discard('same.jsonl');
    set.commit();
  } finally {
    set.abort();
  }
}

/** What the folder must hold when the steps before this one were carried out and their temporary files are gone. */
function stateBefore(step: (typeof STEPS)[number]): Files {
  const done: readonly string[] = STEPS.slice(0, STEPS.indexOf(step));
  const files: Record<string, string> = { ...OLD };
  for (const [name, content] of Object.entries(NEW)) {
    if (done.includes(`rename ${name}`)) files[name] = content;
  }
  return files;
}

describe('FileSet', () => {
  it('writes and replaces in a fixed order of steps, and leaves alone what was discarded', () => {
    const dir = folderWith(OLD);
    const steps: string[] = [];
    writeSet(dir, (step) => steps.push(step));
    expect(steps).toEqual(STEPS);
    expect(filesIn(dir)).toEqual(AFTER);
  });

  it('says what was written, text and bytes mixed, larger than its buffer', () => {
    const dir = temporaryFolder();
    const set = new FileSet(dir);
    const file = set.stage('large.jsonl');
    const line = `${'é'.repeat(500)}\n`;
    for (let index = 0; index < 1000; index += 1) {
      file.write(line);
      const reused = Buffer.from(line);
      file.writeBytes(reused);
      reused.fill(0);
    }
    const expected = line.repeat(2000);
    const content = file.close();
    expect(content).toMatchObject({ bytes: Buffer.byteLength(expected), lines: 2000 });
    expect(file.close()).toBe(content);
    set.commit();
    expect(readFileSync(join(dir, 'large.jsonl'), 'utf8')).toBe(expected);
    expect(digestFile(join(dir, 'large.jsonl'))).toEqual(content.digest);
  });

  it('writes an empty file, and does nothing at all for an empty set', () => {
    const dir = temporaryFolder();
    new FileSet(dir, (step) => expect.unreachable(step)).commit();
    const set = new FileSet(dir);
    expect(set.stage('empty.jsonl').close().bytes).toBe(0);
    set.commit();
    expect(filesIn(dir)).toEqual({ 'empty.jsonl': '' });
  });

  it('writes for its owner alone, until a new file gets the permissions of any new file', () => {
    const dir = temporaryFolder();
    writeFileSync(join(dir, 'any'), '');
    const modes: number[] = [];
    const set = new FileSet(dir, () => {
      for (const name of readdirSync(dir))
        if (name.endsWith('.tmp')) modes.push(statSync(join(dir, name)).mode & 0o777);
    });
    set.stage('new.jsonl').write('{}\n');
    set.commit();
    expect(modes.slice(0, 2)).toEqual([0o600, 0o600]);
    expect(statSync(join(dir, 'new.jsonl')).mode).toBe(statSync(join(dir, 'any')).mode);
  });

  it.skipIf(process.platform === 'win32')('keeps the permissions of a file that it replaces', () => {
    const dir = folderWith(OLD);
    chmodSync(join(dir, 'a.jsonl'), 0o600);
    writeSet(dir);
    expect(statSync(join(dir, 'a.jsonl')).mode & 0o777).toBe(0o600);
  });

  it.each(STEPS)('leaves only whole files when it fails at "%s"', (step) => {
    const dir = folderWith(OLD);
    const failure = new Error('stop here');
    expect(() => {
      writeSet(dir, (current) => {
        if (current === step) throw failure;
      });
    }).toThrow(failure);
    expect(filesIn(dir)).toEqual(stateBefore(step));
    writeSet(dir);
    expect(filesIn(dir)).toEqual(AFTER);
  });

  it('changes nothing when a target turns out to be a folder', () => {
    const dir = folderWith(OLD);
    mkdirSync(join(dir, 'z.jsonl'));
    const set = new FileSet(dir);
    set.stage('a.jsonl').write('new');
    set.stage('z.jsonl').write('new');
    const error = thrownBy(() => {
      set.commit();
    });
    expect(error.code).toBe('io');
    expect(error.message).toContain(join(dir, 'z.jsonl'));
    expect(readdirSync(dir).sort()).toEqual(['a.jsonl', 'same.jsonl', 'z.jsonl']);
    expect(readFileSync(join(dir, 'a.jsonl'), 'utf8')).toBe(OLD['a.jsonl']);
  });

  it('reports a folder that is missing or a file', () => {
    const dir = folderWith(OLD);
    expect(thrownBy(() => new FileSet(join(dir, 'none')).stage('a')).message).toContain('ENOENT');
    expect(thrownBy(() => new FileSet(join(dir, 'a.jsonl')).stage('a')).message).toContain('ENOTDIR');
  });

  it('aborts without a trace, as often as one likes', () => {
    const dir = folderWith(OLD);
    const set = new FileSet(dir);
    const file = set.stage('a.jsonl');
    file.write('x'.repeat(300_000));
    set.abort();
    set.abort();
    expect(filesIn(dir)).toEqual(OLD);
    expect(
      thrownBy(() => {
        set.commit();
      }).code,
    ).toBe('usage');
    expect(thrownBy(() => set.stage('b.jsonl')).code).toBe('usage');
    expect(
      thrownBy(() => {
        file.write('y');
      }).code,
    ).toBe('usage');
  });

  it('takes a staged file out again, open or closed, written or not, and lets it be staged anew', () => {
    const dir = folderWith(OLD);
    const set = new FileSet(dir);
    const open = set.stage('a.jsonl');
    open.write('x'.repeat(300_000));
    set.discard('a.jsonl');
    expect(
      thrownBy(() => {
        open.write('y');
      }).code,
    ).toBe('usage');
    set.stage('b.jsonl').close();
    set.discard('b.jsonl');
    set.discard('never-staged.jsonl');
    expect(filesIn(dir)).toEqual(OLD);
    set.stage('a.jsonl').write(NEW['a.jsonl']);
    set.commit();
    expect(filesIn(dir)).toEqual({ ...OLD, 'a.jsonl': NEW['a.jsonl'] });
    expect(
      thrownBy(() => {
        set.discard('a.jsonl');
      }).code,
    ).toBe('usage');
  });

  it('refuses paths, names used twice and writing after the end', () => {
    const set = new FileSet(temporaryFolder());
    const file = set.stage('a');
    for (const name of ['', '.', '..', 'x/y', '../x', 'a']) expect(thrownBy(() => set.stage(name)).code).toBe('usage');
    file.close();
    expect(
      thrownBy(() => {
        file.write('x');
      }).code,
    ).toBe('usage');
    expect(
      thrownBy(() => {
        file.writeBytes(Uint8Array.of(1));
      }).code,
    ).toBe('usage');
    set.abort();
  });
});

describe('a process killed inside a set', () => {
  const script = `
    import { FileSet } from ${JSON.stringify(builtModule('files/file-set.js'))};
    const [dir, last] = process.argv.slice(2);
    const set = new FileSet(dir, (step) => {
      if (step === last) process.kill(process.pid, 'SIGKILL');
    });
    for (const [name, content] of Object.entries(${JSON.stringify(NEW)})) set.stage(name).write(content);
    set.stage('same.jsonl').write('new same');
    set.discard('same.jsonl');
    set.commit();
  `;

  it.each(STEPS)('at "%s" leaves whole files and nothing that stays', async (step) => {
    const dir = folderWith(OLD);
    expect(await ended(startScript(script, dir, step))).toBe('SIGKILL');
    removeStaleTemporaryFiles(dir);
    expect(filesIn(dir)).toEqual(stateBefore(step));
    writeSet(dir);
    expect(filesIn(dir)).toEqual(AFTER);
  });
});

describe('removeStaleTemporaryFiles', () => {
  it("removes a dead process' files, and neither a living one's nor anybody else's", async () => {
    const child = startScript('');
    await ended(child);
    const stale = `.a.jsonl.${String(child.pid)}.0123456789ab.tmp`;
    const kept = [temporaryName('a.jsonl'), '.other.tmp', `a.jsonl.${String(child.pid)}.0123456789ab.tmp`, 'a.jsonl'];
    const dir = folderWith(Object.fromEntries([stale, ...kept].map((name) => [name, ''])));
    expect(removeStaleTemporaryFiles(dir)).toEqual([stale]);
    expect(readdirSync(dir).sort()).toEqual([...kept].sort());
  });

  it('finds nothing in a missing folder, and reports what is no folder', () => {
    const dir = folderWith(OLD);
    expect(removeStaleTemporaryFiles(join(dir, 'none'))).toEqual([]);
    expect(thrownBy(() => removeStaleTemporaryFiles(join(dir, 'a.jsonl'))).code).toBe('io');
  });
});
