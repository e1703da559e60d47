import { cpSync, mkdirSync, readFileSync, readdirSync, symlinkSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { execFileSync, spawnSync } from 'node:child_process';
import { describe, expect, it } from 'vitest';

import { folder } from './clones.js';

const ROOT = fileURLToPath(new URL('../..', import.meta.url));

/** Copies the built package, as a package manager lays it out, with what it needs beside it. */
function install(place: string): string {
  mkdirSync(join(place, 'savecontext-sync'), { recursive: true });
  for (const name of ['dist', 'package.json']) {
    cpSync(join(ROOT, name), join(place, 'savecontext-sync', name), { recursive: true });
  }
  const { dependencies } = JSON.parse(readFileSync(join(ROOT, 'package.json'), 'utf8')) as {
    readonly dependencies: Readonly<Record<string, string>>;
  };
  for (const name of Object.keys(dependencies)) {
    mkdirSync(dirname(join(place, name)), { recursive: true });
    symlinkSync(join(ROOT, 'node_modules', name), join(place, name));
  }
  return join(place, 'savecontext-sync', 'dist', 'bin', 'sc-sync.cjs');
}

/** A repository, and what runs the command that lies somewhere in it. */
function repository(): {
  readonly root: string;
  readonly run: (main: string, ...words: string[]) => { status: number | null; said: string };
} {
  const root = folder();
  const env = {
    PATH: process.env['PATH'] ?? '',
    HOME: root,
    SC_DB: join(root, 'memory.db'),
    GIT_CONFIG_NOSYSTEM: '1',
  };
  execFileSync('git', ['init', '--quiet', join(root, 'project')], { env });
  return {
    root,
    run: (main, ...words) => {
      const { status, stdout, stderr } = spawnSync(main, words, { cwd: join(root, 'project'), env, encoding: 'utf8' });
      return { status, said: stdout + stderr };
    },
  };
}

function configuration(root: string): string {
  return readFileSync(join(root, 'project/.git/config'), 'utf8');
}

describe('the program that git is told of', () => {
  it.each([
    ['npx', '.npm/_npx/0a1b2c/node_modules'],
    ['pnpm dlx', 'pnpm/dlx/0a1b/19-2/node_modules/.pnpm/savecontext-sync@1.0.0/node_modules'],
    ['bunx', 'bunx-1000-savecontext-sync@latest/node_modules'],
  ])('is none in the cache of %s; init says so, and all else works', (_, cache) => {
    const { root, run } = repository();
    const main = install(join(root, cache));
    const init = run(main, 'init');
    expect(init.status).toBe(0);
    expect(init.said).toMatch(/left out the merge driver: .*npm install --save-dev savecontext-sync/);
    expect(run(main, 'init', '--quiet').said).toMatch(/^warning: left out the merge driver: .*\n$/);
    expect(run(main, 'sync').said).toMatch(/in sync\n$/);
    const driver = run(main, 'init', '--driver-only', '--key', 'id', '*.jsonl');
    expect(driver).toMatchObject({ status: 6, said: expect.stringContaining('npm install --save-dev') as unknown });
    expect(run(main, 'init', '--hooks').status).toBe(6);
    expect(configuration(root)).not.toContain(dirname(cache));
    expect(readdirSync(join(root, 'project/.git/hooks')).filter((name) => !name.endsWith('.sample'))).toEqual([]);
    // One that is installed is set up, and the cache leaves it alone.
    const installed = install(join(root, 'project/node_modules'));
    expect(run(installed, 'init').said).toContain('set up the merge driver');
    const before = configuration(root);
    expect(run(main, 'init').said).toMatch(/^nothing to do: /);
    expect(configuration(root)).toBe(before);
    expect(run(main, 'status').said).not.toContain('merge driver');
  });

  it('lies where an update by pnpm leaves it, and has no version in its path', () => {
    const { root, run } = repository();
    const modules = join(root, 'project/node_modules');
    install(join(modules, '.pnpm/savecontext-sync@1.0.0/node_modules'));
    symlinkSync('.pnpm/savecontext-sync@1.0.0/node_modules/savecontext-sync', join(modules, 'savecontext-sync'));
    const main = join(modules, 'savecontext-sync/dist/bin/sc-sync.cjs');
    expect(run(main, 'init', '--hooks').status).toBe(0);
    const told = configuration(root) + readFileSync(join(root, 'project/.git/hooks/pre-commit'), 'utf8');
    expect(told).toContain(join(modules, 'savecontext-sync/dist/bin/merge-driver.cjs'));
    expect(told).toContain(main);
    expect(told).not.toContain('.pnpm');
    expect(run(main, 'status').said).not.toContain('merge driver');
  });

  it('starts from node_modules/.bin', () => {
    const { root, run } = repository();
    const modules = join(root, 'project/node_modules');
    install(modules);
    mkdirSync(join(modules, '.bin'));
    symlinkSync('../savecontext-sync/dist/bin/sc-sync.cjs', join(modules, '.bin/sc-sync'));
    expect(run(join(modules, '.bin/sc-sync'), 'init').said).toContain('set up the merge driver');
    expect(configuration(root)).toContain(join(modules, 'savecontext-sync/dist/bin/merge-driver.cjs'));
  });
});
