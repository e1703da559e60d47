import { execFileSync, spawnSync } from 'node:child_process';
import { cpSync, existsSync, readFileSync, readdirSync, rmSync, statSync, symlinkSync, writeFileSync } from 'node:fs';
import { isBuiltin } from 'node:module';
import { join, relative } from 'node:path';
import { fileURLToPath, pathToFileURL } from 'node:url';
import ts from 'typescript';
import { describe, expect, it } from 'vitest';

import { temporaryFolder } from '../files/temporary-folder.js';
import { DRIVER } from '../git/clones.js';
import { MAIN } from './built-command.js';
import { Sandbox } from './helpers.js';

const ROOT = fileURLToPath(new URL('../..', import.meta.url));
const PROGRAMS = [
  MAIN,
  DRIVER,
  ...['dist/sc-sync', 'dist/merge-driver'].flatMap((folder) =>
    readdirSync(join(ROOT, folder))
      .filter((name) => name.endsWith('.cjs'))
      .map((name) => join(ROOT, folder, name)),
  ),
];

/** The files that a run of Node loads, as paths from the root of the package; V8 notes them where it is asked for coverage. */
function loadedBy(run: (env: Readonly<Record<string, string>>) => void): string[] {
  const folder = temporaryFolder();
  run({ NODE_V8_COVERAGE: folder });
  const urls = readdirSync(folder).flatMap((name) => {
    const { result } = JSON.parse(readFileSync(join(folder, name), 'utf8')) as { readonly result: { url: string }[] };
    return result.map(({ url }) => url).filter((url) => url.startsWith('file:'));
  });
  return [...new Set(urls)].map((url) => relative(ROOT, fileURLToPath(url))).sort();
}

const isOurs = (path: string): boolean => !path.includes('node_modules');

/** The package that an import names. */
const packageOf = (target: string): string => /^(?:@[^/]+\/)?[^/]+/.exec(target)?.[0] ?? '';

/** The packages that files were loaded from. */
function packagesOf(paths: readonly string[]): string[] {
  const within = paths.flatMap((path) => path.split('node_modules/').slice(1).slice(-1));
  return [...new Set(within.map(packageOf))].sort();
}

/** A project in sync, with one record. */
function syncedSandbox(): Sandbox {
  const sandbox = new Sandbox();
  for (const args of [['init'], ['put', 'issue', 'title=One'], ['sync']]) sandbox.ok(args);
  return sandbox;
}

describe('the start of the command', () => {
  it('reads a few files, none of them of the library', () => {
    const sandbox = syncedSandbox();
    for (const [args, most] of [
      [['--version'], 4],
      [['status'], 8],
      [['sync'], 8],
      [['list', 'issue'], 8],
    ] as const) {
      const loaded = loadedBy((env) => sandbox.ok(args, { env }));
      expect(loaded.filter(isOurs).length, loaded.join('\n')).toBeLessThanOrEqual(most);
      expect(loaded.filter(isOurs).filter((path) => !/^dist\/(?:sc-sync\/|bin\/sc-sync\.cjs$)/.test(path))).toEqual([]);
    }
  });

  it('loads nothing of how languages are written where all text is plain: that takes longer than git', () => {
    const sandbox = syncedSandbox();
    const without = join(temporaryFolder(), 'without.cjs');
    writeFileSync(without, "Intl.Segmenter = class { constructor() { throw new Error('loaded'); } };");
    const env = { NODE_OPTIONS: `--require ${JSON.stringify(without)}` };
    for (const args of [['status'], ['list', 'issue'], ['conflicts']]) sandbox.ok(args, { env });
    sandbox.ok(['put', 'issue', `title=${'\u00e9'.repeat(100)}`]);
    expect(sandbox.run(['list', 'issue'], { env }).stderr).toContain('loaded');
  });

  it('loads the driver of SQLite alone from what is installed, and no scanner where no value is new', () => {
    const sandbox = syncedSandbox();
    for (const args of [['status'], ['sync'], ['list', 'issue']]) {
      const loaded = packagesOf(loadedBy((env) => sandbox.ok(args, { env })));
      expect(loaded.filter((name) => !['@photostructure/sqlite', 'node-gyp-build'].includes(name))).toEqual([]);
    }
  });
});

describe('what V8 made of a program', () => {
  /** The package in a folder of its own, and what it says of its version. */
  function installed(): {
    readonly folder: string;
    readonly compiled: string;
    readonly start: (...flags: string[]) => string;
  } {
    const folder = temporaryFolder();
    cpSync(join(ROOT, 'dist'), join(folder, 'dist'), {
      recursive: true,
      filter: (path) => !path.endsWith('dist/compiled'),
    });
    cpSync(join(ROOT, 'package.json'), join(folder, 'package.json'));
    symlinkSync(join(ROOT, 'node_modules'), join(folder, 'node_modules'));
    return {
      folder,
      compiled: join(folder, 'dist/compiled'),
      start: (...flags) =>
        execFileSync(process.execPath, [...flags, join(folder, 'dist/bin/sc-sync.cjs'), '--version'], {
          encoding: 'utf8',
        }),
    };
  }

  /** The files below a folder with their contents. */
  const contents = (folder: string): Record<string, Buffer> =>
    Object.fromEntries(
      readdirSync(folder, { recursive: true, encoding: 'utf8' })
        .map((name) => join(folder, name))
        .filter((path) => statSync(path).isFile())
        .map((path) => [path, readFileSync(path)]),
    );

  it('is kept beside it, and taken at the next start', () => {
    const { compiled, start } = installed();
    const version = start();
    const kept = contents(compiled);
    expect(Object.keys(kept).length).toBeGreaterThanOrEqual(3);
    expect(statSync(compiled).mode & 0o077).toBe(0);
    expect(start()).toBe(version);
    // What is not taken is made anew.
    expect(contents(compiled)).toEqual(kept);
  });

  it('is made anew where V8 was set otherwise', () => {
    const { compiled, start } = installed();
    const version = start('--no-opt');
    const kept = contents(compiled);
    expect(start()).toBe(version);
    const anew = contents(compiled);
    expect(anew).not.toEqual(kept);
    start();
    expect(contents(compiled)).toEqual(anew);
  });

  it('is made anew where a byte of it is another, or the end is gone', () => {
    const { compiled, start } = installed();
    const version = start();
    const kept = contents(compiled);
    for (const spoil of [
      ...[0.02, 0.3, 0.5, 0.7, 0.98].map((part) => (content: Buffer) => {
        const at = Math.floor(content.length * part);
        return Buffer.concat([content.subarray(0, at), Buffer.of((content[at] ?? 0) ^ 0x55), content.subarray(at + 1)]);
      }),
      (content: Buffer) => content.subarray(0, content.length / 2),
      () => Buffer.of(),
    ]) {
      const spoiled = Object.entries(kept).map(([path, content]) => [path, spoil(content)] as const);
      for (const [path, content] of spoiled) writeFileSync(path, content);
      expect(start()).toBe(version);
      for (const [path, content] of spoiled) expect(readFileSync(path).equals(content), path).toBe(false);
    }
  });

  /** Later versions of Node keep it themselves. */
  it.runIf(process.versions.node.startsWith('20.'))('leaves nothing unfinished, and no word about it', () => {
    const { folder, compiled } = installed();
    const call = [
      '-c',
      `ulimit -f 20; exec "$0" "$1" completions bash`,
      process.execPath,
      join(folder, 'dist/bin/sc-sync.cjs'),
    ];
    for (let starts = 0; starts < 2; starts++) {
      const { status, stderr } = spawnSync('sh', call, { encoding: 'utf8' });
      expect([status, stderr]).toEqual([0, '']);
      expect(Object.keys(contents(compiled)).filter((path) => path.endsWith('.new'))).toEqual([]);
    }
    // Of a start that was killed.
    const left = join(compiled, `sc-sync-shared.cjs-${process.arch}-${process.versions.v8}.1.new`);
    writeFileSync(left, '');
    execFileSync(process.execPath, [join(folder, 'dist/bin/sc-sync.cjs'), 'completions', 'bash']);
    expect(existsSync(left)).toBe(false);
    expect(Object.keys(contents(compiled)).length).toBeGreaterThan(10);
  });

  it('is not there where the folder cannot be written', () => {
    const { compiled, start } = installed();
    const version = start();
    rmSync(compiled, { recursive: true });
    writeFileSync(compiled, '');
    expect(start()).toBe(version);
    expect(readFileSync(compiled, 'utf8')).toBe('');
  });
});

describe('the start of the merge driver', () => {
  it('reads one file beside what starts it', () => {
    const folder = temporaryFolder();
    const paths = ['base', 'ours', 'theirs'].map((name) => join(folder, name));
    for (const path of paths) writeFileSync(path, '{"id":"1"}\n');
    const loaded = loadedBy((env) => {
      execFileSync(process.execPath, [DRIVER, '--key', 'id', ...paths, 'x.jsonl'], { env: { ...process.env, ...env } });
    });
    expect(loaded).toEqual(['dist/bin/merge-driver.cjs', 'dist/merge-driver/main.cjs']);
  });
});

describe('what the programs are made of', () => {
  const text = (path: string): string => readFileSync(path, 'utf8');
  const { dependencies } = JSON.parse(text(join(ROOT, 'package.json'))) as {
    readonly dependencies: Readonly<Record<string, string>>;
  };

  it('finds each file that it looks for beside itself', () => {
    const looked = PROGRAMS.flatMap((path) =>
      [...text(path).matchAll(/new URL\("([^"]+)", require\("url"\)\.pathToFileURL\(__filename\)/g)].map(
        ([, beside = '']) => fileURLToPath(new URL(beside, pathToFileURL(path))),
      ),
    );
    expect(looked.map((path) => relative(ROOT, path))).toEqual(
      expect.arrayContaining(['package.json', 'dist/secrets/secret-worker.js']),
    );
    expect(looked.filter((path) => !existsSync(path))).toEqual([]);
  });

  it('is packed, with each file that it imports, and imports no package that is not installed with it', () => {
    const packed = execFileSync('npm', ['pack', '--dry-run', '--json', '--ignore-scripts'], {
      cwd: ROOT,
      encoding: 'utf8',
      stdio: ['ignore', 'pipe', 'ignore'],
    });
    const [{ files } = { files: [] }] = JSON.parse(packed) as { readonly files: { readonly path: string }[] }[];
    const names = files.map(({ path }) => path).filter((path) => /^dist\/.*\.c?js$/.test(path));
    const unmet = names.flatMap((name) =>
      ts
        .preProcessFile(text(join(ROOT, name)), true, true)
        .importedFiles.map(({ fileName }) => fileName)
        .filter((target) =>
          target.startsWith('.')
            ? !names.includes(join(name, '..', target))
            : !isBuiltin(target) && !Object.keys(dependencies).includes(packageOf(target)),
        )
        .map((target) => `${name}: ${target}`),
    );
    expect(names).toEqual(
      expect.arrayContaining(['dist/bin/sc-sync.cjs', 'dist/bin/merge-driver.cjs', 'dist/index.js']),
    );
    expect(unmet).toEqual([]);
  });

  it('goes with the licence of each package that is a part of it', () => {
    const sources = PROGRAMS.filter((path) => existsSync(`${path}.map`)).flatMap(
      (path) => (JSON.parse(text(`${path}.map`)) as { readonly sources: string[] }).sources,
    );
    const held = packagesOf(sources);
    const notices = [...text(join(ROOT, 'dist/THIRD-PARTY.txt')).matchAll(/^(\S+) \d\S* \(.+\)$/gm)].map(
      ([, name]) => name,
    );
    expect(held).toContain('commander');
    expect([...new Set(notices)].sort()).toEqual(held);
  });
});
