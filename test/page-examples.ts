import { execFileSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, readFileSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';

import ts from 'typescript';
import { onTestFinished } from 'vitest';

export const root = fileURLToPath(new URL('..', import.meta.url));

/** The TypeScript examples of a page, or of a part of one, in their order. */
export function examplesIn(text: string): string[] {
  return [...text.matchAll(/^```ts\n(.*?)^```$/gms)].map(([, code]) => code ?? '');
}

/** The text of a page. */
export function readPage(page: string): string {
  return readFileSync(join(root, page), 'utf8');
}

/** Runs an example in an empty project that has the package installed, and a driver. */
export function runExample(example: string): { readonly output: string; readonly folder: string } {
  const folder = mkdtempSync(join(tmpdir(), 'example-'));
  onTestFinished(() => {
    rmSync(folder, { recursive: true, force: true });
  });
  mkdirSync(join(folder, 'node_modules'));
  symlinkSync(root, join(folder, 'node_modules', 'savecontext-sync'));
  symlinkSync(join(root, 'node_modules/@photostructure'), join(folder, 'node_modules/@photostructure'));
  const options = { module: ts.ModuleKind.ESNext, target: ts.ScriptTarget.ES2022, verbatimModuleSyntax: true };
  writeFileSync(join(folder, 'example.mjs'), ts.transpileModule(example, { compilerOptions: options }).outputText);
  return { output: execFileSync(process.execPath, ['example.mjs'], { cwd: folder, encoding: 'utf8' }), folder };
}
