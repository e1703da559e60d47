import { join } from 'node:path';

import ts from 'typescript';
import { describe, expect, it } from 'vitest';

import { examplesIn, readPage, root, runExample } from './page-examples.js';

const page = readPage('docs/library.md');

/** The examples of one section are one program: the later ones go on where the first one ended. */
const programs = page.split(/^## /m).flatMap((section): [title: string, code: string][] => {
  const code = examplesIn(section).join('\n');
  return code === '' ? [] : [[section.split('\n')[0] ?? '', code]];
});

/** What a program says that it prints. */
function promised(code: string): string {
  return [...code.matchAll(/\/\/ => (.*)$/gm)].map(([, text]) => `${text ?? ''}\n`).join('');
}

/** The types of the package as it is built. */
const PACKAGE = join(root, 'dist/index.d.ts');

describe('the page of the library', () => {
  it.each(programs)('%s: its examples run, and print what they say', (_, code) => {
    expect(promised(code)).not.toBe('');
    expect(runExample(code).output).toBe(promised(code));
  });

  it('refuses the secret of its example, and loads no scanner where there is nothing to look at', () => {
    const [, code = ''] = programs.find(([title]) => title === 'Secrets') ?? [];
    const isLoaded = `\nimport { createRequire } from 'node:module';
      console.log(Object.keys(createRequire(import.meta.url).cache).some((path) => path.includes('synckit')));`;
    expect(runExample(code + isLoaded).output).toMatch(/true\n$/);
    const without = code.replace(/^project\.records\.put.*$/m, '').replace(/^console.*$/m, '');
    expect(runExample(without + isLoaded).output).toMatch(/false\n$/);
  });

  it('answers as often as it is asked what it found', () => {
    const value = { type: 'memory', id: 'm1', field: 'value', name: 'value', text: `ghp_${'a1B2'.repeat(9)}` };
    const { output } = runExample(`
      import { secretGuard } from 'savecontext-sync';
      const findings = secretGuard()([${JSON.stringify(value)}], []);
      for (let time = 0; time < 2; time++) console.log(findings().map(({ id, field }) => id + ' ' + field).join());`);
    expect(output).toBe('m1 value\nm1 value\n');
  });

  it('is right in its types, and names all that the package exports: values in an example', () => {
    const others = [...page.matchAll(/^```ts compiles\n(.*?)^```$/gms)].map(([, code]) => code ?? '');
    const files = new Map(
      [...programs.map(([, code]) => code), ...others].map((code, n) => [join(root, `example-${n}.ts`), code]),
    );
    const program = compile(files);
    const problems = [...files.keys()].flatMap((path) => {
      const file = program.getSourceFile(path);
      const found = [...program.getSyntacticDiagnostics(file), ...program.getSemanticDiagnostics(file)];
      return found.map(({ messageText }) => `${path}: ${ts.flattenDiagnosticMessageText(messageText, '\n')}`);
    });
    expect(problems).toEqual([]);
    const code = [...files.values()].join('\n');
    const missing = exportsOf(program).filter(({ name, isValue }) => {
      const isNamed = (text: string): boolean => new RegExp(`\\b${name}\\b`).test(text);
      return !(isValue ? isNamed(code) : isNamed(page.replaceAll(/^[^|`]*$/gm, '')));
    });
    expect(missing).toEqual([]);
  }, 180_000);
});

/** Compiles programs that lie in no file, as strictly as the package itself. */
function compile(files: ReadonlyMap<string, string>): ts.Program {
  const options: ts.CompilerOptions = {
    strict: true,
    noEmit: true,
    noUncheckedIndexedAccess: true,
    exactOptionalPropertyTypes: true,
    skipLibCheck: true,
    target: ts.ScriptTarget.ES2022,
    lib: ['lib.es2023.d.ts', 'lib.es2024.string.d.ts'],
    module: ts.ModuleKind.NodeNext,
    moduleDetection: ts.ModuleDetectionKind.Force,
    types: ['node'],
    paths: { 'savecontext-sync': [PACKAGE] },
  };
  const host = ts.createCompilerHost(options);
  host.fileExists = (path) => files.has(path) || ts.sys.fileExists(path);
  host.readFile = (path) => files.get(path) ?? ts.sys.readFile(path);
  host.getCurrentDirectory = () => root;
  return ts.createProgram([...files.keys(), PACKAGE], options, host);
}

function exportsOf(program: ts.Program): { readonly name: string; readonly isValue: boolean }[] {
  const checker = program.getTypeChecker();
  const index = program.getSourceFile(PACKAGE);
  const module = index && checker.getSymbolAtLocation(index);
  return (module === undefined ? [] : checker.getExportsOfModule(module)).map((symbol) => {
    const { flags } = symbol.flags & ts.SymbolFlags.Alias ? checker.getAliasedSymbol(symbol) : symbol;
    const isOnlyType = symbol.declarations?.every((each) => ts.isTypeOnlyImportOrExportDeclaration(each)) === true;
    return { name: symbol.name, isValue: !isOnlyType && (flags & ts.SymbolFlags.Value) !== 0 };
  });
}
