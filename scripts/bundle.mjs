// Makes the two programs of the package small to start: each is read as a few files in place of some hundred.
// The library beside them stays as the compiler wrote it. Node reads each file of a program by itself, which takes most of a start.
import { existsSync, mkdirSync, readFileSync, readdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';

import { rolldown } from 'rolldown';

const ROOT = fileURLToPath(new URL('..', import.meta.url));

const DIST = join(ROOT, 'dist');

/** By the name of the file that git's configuration, hooks and `bin` name. */
const PROGRAMS = { 'sc-sync': 'src/cli/main.ts', 'merge-driver': 'src/merge-driver.ts' };

/** Packages that stay as they are installed: they have a native part or a thread, or serve one verb that runs for long. */
const INSTALLED = [/^node:/, /^@photostructure\//, /^synckit$/, /^@secretlint\//, /^@modelcontextprotocol\//];

/**
 * Names and lines stay as they are, so that a trace can be read. `NODE_DISABLE_COMPILE_CACHE=1 node --enable-source-maps` gives those of `src/`.
 *
 * @type {import('rolldown').OutputOptions}
 */
const OUTPUT = {
  // Node starts its loader of ES modules for nothing else.
  format: 'cjs',
  comments: false,
  sourcemap: true,
  sourcemapExcludeSources: true,
  entryFileNames: '[name].cjs',
  // A verb is a file, and all that two verbs use is another one.
  chunkFileNames: '[name].cjs',
  codeSplitting: { groups: [{ name: 'shared', minShareCount: 2 }] },
};

/** The folder of the package that a module comes from; undefined for one of ours. @param {string} module */
const packageOf = (module) => /^.*\/node_modules\/(?:@[^/]+\/)?[^/]+/.exec(module.replaceAll('\\', '/'))?.[0];

/** What a licence wants to go with each copy. @param {string} folder */
function noticeOf(folder) {
  const { name, version, license } = JSON.parse(readFileSync(join(folder, 'package.json'), 'utf8'));
  const file = readdirSync(folder).find((entry) => /^licen[cs]e/i.test(entry));
  if (file === undefined) throw new Error(`${folder} has no file with its licence: it cannot go into a program`);
  return `${name} ${version} (${license})\n\n${readFileSync(join(folder, file), 'utf8').trim()}\n`;
}

/** A program whose first module is at that path. @param {string} path */
const rolled = (path) =>
  rolldown({
    input: { main: join(ROOT, path) },
    cwd: ROOT,
    platform: 'node',
    external: INSTALLED,
    tsconfig: join(ROOT, 'tsconfig.build.json'),
    onLog: (level, log) => {
      if (level !== 'debug' && level !== 'info') throw new Error(log.message);
    },
  });

const starter = await rolled('src/start.ts');
const { output: starters } = await starter.generate({ ...OUTPUT, banner: '#!/usr/bin/env node', sourcemap: false });
await starter.close();
mkdirSync(join(DIST, 'bin'));

/** @type {Set<string>} */
const packages = new Set();
for (const [name, path] of Object.entries(PROGRAMS)) {
  // One program at a time: the merge driver is a single file then, beside what starts it.
  const bundle = await rolled(path);
  // One folder below dist/, as every module that looks for a file beside itself: so a path from there holds in both.
  const { output } = await bundle.write({ ...OUTPUT, dir: join(DIST, name) });
  await bundle.close();
  writeFileSync(join(DIST, 'bin', `${name}.cjs`), starters[0].code, { mode: 0o755 });
  const files = output.filter((file) => file.type === 'chunk');
  // V8 forgets who loads a module for code that it made before.
  const loads = files.find(({ code }) => /\bimport\(["'`]/.test(code));
  if (loads !== undefined)
    throw new Error(`${name}/${loads.fileName} loads a module by import(): import it at the top`);
  for (const module of files.flatMap(({ moduleIds }) => moduleIds)) {
    const folder = packageOf(module);
    if (folder !== undefined && existsSync(folder)) packages.add(folder);
  }
}
const head = 'The programs of this package hold parts of these packages.\n';
writeFileSync(
  join(DIST, 'THIRD-PARTY.txt'),
  [head, ...[...packages].sort().map(noticeOf)].join(`\n${'-'.repeat(72)}\n`),
);
