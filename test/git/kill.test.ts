import { cpSync, readFileSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { describe, expect, it } from 'vitest';

import { someOf } from '../setup/long.js';
import { changeCode, folder, pair, tryGit } from './clones.js';
import type { Clone } from './clones.js';

/**
 * Loaded before programs of Node: in the one that KILL_PROGRAM names it counts what changes something outside of the process, writes
 * it down, and kills the process before the one that KILL_AT names.
 */
const PRELOAD = `
import fs from 'node:fs';
import child from 'node:child_process';
import { syncBuiltinESMExports } from 'node:module';
const { writeSync } = fs;
const trace = fs.openSync(process.env.KILL_TRACE, 'a');
let count = 0;
const step = (name) => {
  if (!process.argv[1].endsWith(process.env.KILL_PROGRAM)) return;
  count += 1;
  writeSync(trace, name + '\\n');
  if (count === Number(process.env.KILL_AT)) process.kill(process.pid, 'SIGKILL');
};
const names = process.env.KILL_FILES.split(' ');
for (const name of names) {
  const original = fs[name];
  fs[name] = (...values) => {
    step(name);
    return original(...values);
  };
}
const CHANGES = new Set(['add', 'commit', 'commit-tree', 'fetch', 'merge', 'push', 'read-tree', 'unpack-objects', 'worktree']);
const { spawnSync } = child;
child.spawnSync = (file, args, options) => {
  const verb = args.find((word) => CHANGES.has(word));
  if (file === 'git' && verb !== undefined) step('git ' + verb);
  return spawnSync(file, args, options);
};
syncBuiltinESMExports();
`;

/** What a program is started with so that it counts its steps, or kills itself before one. */
class Killer {
  readonly #folder = folder();
  readonly #program: string;
  readonly #files: string;

  /** @param files the functions of `node:fs` that are steps. */
  constructor(program: string, ...files: readonly string[]) {
    this.#program = program;
    this.#files = files.join(' ');
    writeFileSync(join(this.#folder, 'preload.mjs'), PRELOAD);
  }

  /** Without a step the program runs to its end. */
  env(step = 0): Record<string, string> {
    writeFileSync(join(this.#folder, 'trace'), '');
    return {
      NODE_OPTIONS: `--import ${pathToFileURL(join(this.#folder, 'preload.mjs')).href}`,
      // What it keeps for its next start is no step.
      NODE_DISABLE_COMPILE_CACHE: '1',
      KILL_TRACE: join(this.#folder, 'trace'),
      KILL_AT: String(step),
      KILL_PROGRAM: this.#program,
      KILL_FILES: this.#files,
      TMPDIR: this.#folder,
    };
  }

  /** The steps since the last call of {@link env}. */
  trace(): string[] {
    return readFileSync(join(this.#folder, 'trace'), 'utf8').trimEnd().split('\n');
  }
}

/** Both edited the same field of one record, and more, perhaps code too; ann has pushed, bob has not. */
function diverged(inCode = false): { ann: Clone; bob: Clone; remote: string } {
  const clones = pair();
  const { ann, bob } = clones;
  if (inCode) changeCode(ann, bob);
  ann.put('issue', 'issue_1', 'title=by ann', 'priority=1');
  ann.commit();
  ann.git('push', '--quiet');
  bob.put('issue', 'issue_1', 'title=by bob', 'details=by bob');
  bob.put('memory', 'mem_1', 'value=by bob');
  return clones;
}

const MERGED = ['"title":"by bob"', '"priority":1', '"details":"by bob"'];

describe('P13: killed at any step, nothing is lost and the next run completes', { timeout: 300_000 }, () => {
  it('the merge driver: git takes nothing for merged, and merges again after an abort or a resolve', () => {
    const { bob } = diverged();
    bob.commit();
    bob.git('fetch', '--quiet');
    const before = bob.git('rev-parse', 'HEAD');
    const killer = new Killer('merge-driver.cjs', 'writeSync', 'renameSync', 'writeFileSync');
    const merge = (step?: number): number | null =>
      tryGit(bob.root, ['merge', '--no-edit', 'origin/main'], killer.env(step)).status;
    expect(merge()).toBe(0);
    const expected = bob.files();
    for (const text of MERGED) expect(expected['issues.jsonl']).toContain(text);
    const steps = killer.trace();
    expect(steps).toContain('renameSync');
    expect(steps.slice(-2)).toEqual(['writeSync', 'renameSync']);
    for (const [index, name] of steps.entries()) {
      const where = `before step ${index + 1} (${name})`;
      bob.git('reset', '--quiet', '--hard', before);
      expect(merge(index + 1), where).not.toBe(0);
      expect(bob.git('ls-files', '-u'), where).toContain('issues.jsonl');
      if (index % 2 === 0) {
        bob.git('merge', '--abort');
        expect(merge(), where).toBe(0);
      } else {
        bob.ok('resolve');
        bob.git('commit', '--quiet', '--no-edit');
      }
      expect(bob.files(), where).toEqual(expected);
      expect(bob.git('rev-list', '--count', '--min-parents=2', `${before}..HEAD`), where).toBe('1');
    }
    // Each run has left what lost; the journal has it once.
    bob.sync();
    expect(bob.journal()).toEqual(['issue/issue_1 title "by ann"']);
    expect(bob.lostValues()).toEqual([]);
  });

  it.each([
    ['out of the objects of git', ['git unpack-objects', 'git commit-tree']],
    ['in a work tree', ['git worktree']],
  ])('push, of which pull is the first half: a merge %s', (_, expected) => {
    const { ann, bob, remote } = diverged(expected.includes('git worktree'));
    const scene = dirname(bob.root);
    const template = join(folder(), 'template');
    cpSync(scene, template, { recursive: true });
    const reset = (): void => {
      for (const name of readdirSync(scene)) rmSync(join(scene, name), { recursive: true });
      cpSync(template, scene, { recursive: true });
    };
    const killer = new Killer('sc-sync.cjs', 'renameSync', 'mkdtempSync');
    expect(bob.run(['push'], killer.env()).status).toBe(0);
    const steps = killer.trace();
    for (const name of [...expected, 'git commit', 'git fetch', 'git merge', 'renameSync', 'git push']) {
      expect(steps).toContain(name);
    }
    // What comes after the merge is the same in both.
    const tried = expected.includes('git worktree') ? steps.slice(0, steps.indexOf('git push')) : steps;
    for (const [index, name] of someOf([...tried.entries()])) {
      const where = `before step ${index + 1} (${name})`;
      reset();
      expect(bob.run(['push'], killer.env(index + 1)).status, where).toBe(null);
      expect(bob.field('memory', 'mem_1', 'value'), where).toBe('by bob');
      bob.ok('push');
      const shown = tryGit(remote, ['show', 'main:.savecontext/issues.jsonl']).stdout;
      expect(shown, where).toBe(bob.read('issues.jsonl'));
      for (const text of MERGED) expect(shown, where).toContain(text);
      expect(bob.field('issue', 'issue_1', 'priority'), where).toBe(1);
      expect(bob.journal(), where).toEqual(['issue/issue_1 title "by ann"']);
      expect(bob.git('status', '--porcelain'), where).toBe('');
    }
    ann.git('pull', '--quiet');
    expect(ann.sync().inSync).toBe(true);
    expect(ann.records()).toBe(bob.records());
  });
});
