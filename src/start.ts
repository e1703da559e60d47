// What each program of the package starts with. To compile it takes a sixth of a short command, so what V8 made is kept for the next start.
import { createHash } from 'node:crypto';
import {
  accessSync,
  constants as fileAccess,
  mkdirSync,
  readFileSync,
  readdirSync,
  renameSync,
  rmSync,
  writeFileSync,
} from 'node:fs';
import * as nodeModule from 'node:module';
import { basename, dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { Script } from 'node:vm';

/** What Node has from 22.1 on. */
interface Module {
  readonly enableCompileCache?: (folder: string) => unknown;
}

/** A module of CommonJS. */
interface CommonModule {
  readonly exports: unknown;
}

const STARTER = fileURLToPath(import.meta.url);
/** The program has the name of the file that starts it. */
const PROGRAM = join(dirname(STARTER), '..', basename(STARTER, '.cjs'), 'main.cjs');
/** Lies beside the program and is for its owner alone: whoever can write there can change the program as well. */
const COMPILED = join(dirname(STARTER), '../compiled');
/** The bytes of a digest, which stands before what V8 made. */
const DIGEST = 32;

/** What is kept when all has been done: by then V8 has made the functions that this call needed. */
const atExit: (() => void)[] = [];

const { enableCompileCache } = nodeModule as Module;
const keeps = canKeep();
if (keeps && enableCompileCache === undefined) {
  process.once('exit', () => {
    for (const each of atExit) each();
  });
  load(PROGRAM, new Map());
} else {
  if (keeps) enableCompileCache?.(COMPILED);
  nodeModule.createRequire(PROGRAM)(PROGRAM);
}

/** Whether there is a folder for it, and not of another user. A variable of Node says where none is wanted. */
function canKeep(): boolean {
  if (process.env['NODE_DISABLE_COMPILE_CACHE'] !== undefined) return false;
  try {
    mkdirSync(COMPILED, { recursive: true, mode: 0o700 });
    accessSync(COMPILED, fileAccess.R_OK);
    return true;
  } catch {
    return false;
  }
}

/** Does as `require` does for Node 20, and keeps what V8 made of each file of the program. */
function load(file: string, loaded: Map<string, CommonModule>): unknown {
  const known = loaded.get(file);
  if (known !== undefined) return known.exports;
  const made: CommonModule = { exports: {} };
  loaded.set(file, made);
  const installed = nodeModule.createRequire(file);
  const requireOf = (name: string): unknown =>
    name.startsWith('./') ? load(join(dirname(file), name), loaded) : installed(name);
  compile(file)(made.exports, requireOf, made, file, dirname(file));
  return made.exports;
}

/** What a file of CommonJS is compiled to. */
type Compiled = (
  exports: unknown,
  require: (name: string) => unknown,
  module: CommonModule,
  filename: string,
  dirname: string,
) => void;

function compile(file: string): Compiled {
  const text = readFileSync(file);
  const kept = join(COMPILED, `${basename(dirname(file))}-${basename(file)}-${process.arch}-${process.versions.v8}`);
  const cachedData = readKept(kept, text);
  const source = `(function (exports, require, module, __filename, __dirname) {${text.toString()}\n})`;
  const script = new Script(source, {
    filename: file,
    ...(cachedData && { cachedData }),
  });
  if (script.cachedDataRejected !== false) {
    atExit.push(() => {
      keep(kept, text, script.createCachedData());
    });
  }
  return script.runInThisContext() as Compiled;
}

/** V8 does not check what it made: it crashes where a byte of it is another. */
function digestOf(text: Buffer, made: Buffer): Buffer {
  return createHash('sha256').update(text).update(made).digest();
}

function readKept(path: string, text: Buffer): Buffer | undefined {
  let content = Buffer.of();
  ignoringErrors(() => {
    content = readFileSync(path);
  });
  const made = content.subarray(DIGEST);
  return digestOf(text, made).equals(content.subarray(0, DIGEST)) ? made : undefined;
}

function keep(path: string, text: Buffer, made: Buffer): void {
  const own = `${path}.${process.pid}.new`;
  ignoringErrors(() => {
    // What starts that were killed have left. One that writes just now goes without.
    const left = readdirSync(COMPILED).filter((name) => name.startsWith(`${basename(path)}.`) && name.endsWith('.new'));
    for (const name of left) rmSync(join(COMPILED, name));
    writeFileSync(own, Buffer.concat([digestOf(text, made), made]));
    renameSync(own, path);
  });
  ignoringErrors(() => {
    rmSync(own, { force: true });
  });
}

function ignoringErrors(effect: () => void): void {
  try {
    effect();
  } catch {
    // Nothing is kept yet, or the disk is full: a start goes without, and the next one tries again.
  }
}
