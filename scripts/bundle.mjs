// Makes the two programs of the package small to start: each is read as a few files in place of some hundred.
// The library beside them stays as the compiler wrote it. Node reads each file of a program by itself, which takes most of a start.
import { chmodSync, existsSync, readFileSync, readdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';

import { rolldown } from 'rolldown';

const ROOT = fileURLToPath(new URL('..', import.meta.url));

/** Each with the file that git's configuration, hooks and `bin` name. */
const PROGRAMS = { 'cli/main': 'src/cli/main.ts', 'merge-driver': 'src/merge-driver.ts' };

/** Packages that stay as they are installed: they have a native part or a thread, or serve one verb that runs for long. */
const INSTALLED = [/^node:/, /^@photostructure\//, /^synckit$/, /^@secretlint\//, /^@modelcontextprotocol\//];

/**
 * Names stay as they are, so that a trace can be read; `node --enable-source-maps` gives the lines of `src/` as well.
 *
 * @type {import('rolldown').OutputOptions & { readonly dir: string }}
 */
const OUTPUT = {
  dir: join(ROOT, 'dist'),
  format: 'esm',
  sourcemap: true,
  sourcemapExcludeSources: true,
  entryFileNames: '[name].js',
  // One folder below dist/, as every module that looks for a file beside itself: so a path from there holds in both.
  chunkFileNames: 'program/[name].js',
  // A verb is a file, and all that two verbs use is another one.
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

/** @type {Set<string>} */
const packages = new Set();
for (const [name, path] of Object.entries(PROGRAMS)) {
  // One program at a time: the merge driver is a single file then.
  const bundle = await rolldown({
    input: { [name]: join(ROOT, path) },
    cwd: ROOT,
    platform: 'node',
    external: INSTALLED,
    tsconfig: join(ROOT, 'tsconfig.build.json'),
    onLog: (level, log) => {
      if (level !== 'debug' && level !== 'info') throw new Error(log.message);
    },
  });
  const { output } = await bundle.write(OUTPUT);
  await bundle.close();
  for (const module of output.flatMap((file) => (file.type === 'chunk' ? file.moduleIds : []))) {
    const folder = packageOf(module);
    if (folder !== undefined && existsSync(folder)) packages.add(folder);
  }
}
chmodSync(join(OUTPUT.dir, 'cli/main.js'), 0o755);
const head = 'The programs of this package hold parts of these packages.\n';
writeFileSync(
  join(OUTPUT.dir, 'THIRD-PARTY.txt'),
  [head, ...[...packages].sort().map(noticeOf)].join(`\n${'-'.repeat(72)}\n`),
);
