import { execFileSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, readFileSync, readdirSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';

import ts from 'typescript';
import { afterEach, expect, it } from 'vitest';

const root = fileURLToPath(new URL('..', import.meta.url));
const folders: string[] = [];

afterEach(() => {
  for (const folder of folders.splice(0)) rmSync(folder, { recursive: true, force: true });
});

/** The TypeScript examples of a page, in their order. */
function examples(page: string): string[] {
  return [...readFileSync(join(root, page), 'utf8').matchAll(/^```ts\n(.*?)^```$/gms)].map(([, code]) => code ?? '');
}

/** Runs an example in an empty project that has the package installed, and a driver. */
function run(example: string): { readonly output: string; readonly folder: string } {
  const folder = mkdtempSync(join(tmpdir(), 'example-'));
  folders.push(folder);
  mkdirSync(join(folder, 'node_modules'));
  symlinkSync(root, join(folder, 'node_modules', 'savecontext-sync'));
  symlinkSync(join(root, 'node_modules/@photostructure'), join(folder, 'node_modules/@photostructure'));
  const options = { module: ts.ModuleKind.ESNext, target: ts.ScriptTarget.ES2022, verbatimModuleSyntax: true };
  writeFileSync(join(folder, 'example.mjs'), ts.transpileModule(example, { compilerOptions: options }).outputText);
  return { output: execFileSync(process.execPath, ['example.mjs'], { cwd: folder, encoding: 'utf8' }), folder };
}

it('the example of the README runs and ends in sync', () => {
  const [example, ...others] = examples('README.md');
  expect(others).toEqual([]);
  const { output, folder } = run(example ?? '');
  expect(output).toContain('0 lines written\n0 created, 0 updated\n');
  expect(output).toMatch(/in sync\n$/);
  expect(readdirSync(folder)).toContain('memory.db');
});

it('the example of another schema in the guide opens a database of that schema', () => {
  const [, example] = examples('docs/guide.md');
  const again = `const again = Store.open('notes.db', { registry }); console.log(again.problems());`;
  const { output } = run(`${example ?? ''}\nconsole.log(store.problems()); store.close(); ${again}`);
  expect(output).toBe('[]\n[]\n');
});

it('the example of secrets in the guide refuses a token, and loads no scanner where there is nothing to look at', () => {
  const [example = ''] = examples('docs/guide.md');
  const isLoaded = `import { createRequire } from 'node:module';
    console.log(Object.keys(createRequire(import.meta.url).cache).some((path) => path.includes('synckit')));`;
  expect(run(example + isLoaded).output).toBe('false\n');
  const insert = `store.sql.run("INSERT INTO project_memory (id, project_path, key, value, created_at, updated_at) VALUES ('m1', ?, 'k', ?, 1, 1)",
    process.cwd(), 'ghp_${'a1B2'.repeat(9)}');\n`;
  const { output } = run(example.replace('const { refused', `${insert}const { refused`) + isLoaded);
  expect(output).toBe('memory m1: secret\ntrue\n');
});

it('the package holds what the README links to, and is built before it is packed', () => {
  const links = [...readFileSync(join(root, 'README.md'), 'utf8').matchAll(/\]\(([^)#:]+)(?:#[^)]*)?\)/g)];
  const { files, scripts } = JSON.parse(readFileSync(join(root, 'package.json'), 'utf8')) as {
    readonly files: readonly string[];
    readonly scripts: Readonly<Record<string, string>>;
  };
  const inPackage = ['LICENSE', 'README.md', ...files];
  expect(links.length).toBeGreaterThan(0);
  for (const [, link = ''] of links) expect(inPackage).toContain(link.split('/')[0]);
  expect(scripts['prepack']).toBe('npm run build');
});
