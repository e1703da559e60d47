import { createHash } from 'node:crypto';
import { deflateSync } from 'node:zlib';

import { SyncError } from '../errors.js';
import type { Repository } from './repository.js';
import { git, gitBytes } from './run.js';

/** What git keeps under the sum of its content. */
export interface GitObject {
  readonly type: 'tree' | 'blob';
  readonly content: Buffer;
}

/**
 * Reads what names mean out of git's objects, all by one process: ids, or a commit and a path (`HEAD:folder`). Undefined for what is not there. Throws `io`.
 */
export function readObjects(cwd: string, names: readonly string[]): ((GitObject & { object: string }) | undefined)[] {
  if (names.length === 0) return [];
  // A path may have a line end in it, which old versions of git cannot read.
  const [end, more] = names.some((name) => /[\r\n]/.test(name)) ? ['\0', ['-z']] : ['\n', []];
  const input = names.map((name) => `${name}${end}`).join('');
  const out = gitBytes(['cat-file', '--batch', ...more], { cwd, input });
  let at = 0;
  return names.map((name) => {
    const missing = Buffer.from(`${name} missing\n`);
    if (out.subarray(at, at + missing.length).equals(missing)) {
      at += missing.length;
      return undefined;
    }
    const from = out.indexOf('\n', at) + 1;
    const [, object, type, size] = /^([0-9a-f]+) (\w+) (\d+)\n$/.exec(out.toString('latin1', at, from)) ?? [];
    if (object === undefined || size === undefined) throw cannotRead(name);
    at = from + Number(size) + 1;
    if (type !== 'tree' && type !== 'blob') return undefined;
    return { object, type, content: out.subarray(from, at - 1) };
  });
}

/** Reads files by their ids. Throws `io` for one that is not there. */
export function readBlobs(cwd: string, objects: readonly string[]): Buffer[] {
  return readObjects(cwd, objects).map((found, index) => {
    if (found?.type === 'blob') return found.content;
    throw cannotRead(objects[index] ?? '');
  });
}

function cannotRead(name: string): SyncError {
  return new SyncError('io', `Cannot read ${name}: git does not have it`);
}

/** The sum that a repository names its objects by. */
function algorithm({ setting }: Pick<Repository, 'setting'>): 'sha1' | 'sha256' {
  return setting('extensions.objectformat') === 'sha256' ? 'sha256' : 'sha1';
}

/** The id of an object, whether it is there or not. */
export function idOf(repository: Pick<Repository, 'setting'>, { type, content }: GitObject): string {
  return createHash(algorithm(repository)).update(`${type} ${content.length}\0`).update(content).digest('hex');
}

/** How a pack numbers the types. */
const TYPES: Readonly<Record<GitObject['type'], number>> = { tree: 2, blob: 3 };

/** Writes objects, all by one process: it reads them as a pack. Throws `io`. */
export function writeObjects(repository: Repository, objects: readonly GitObject[]): void {
  if (objects.length === 0) return;
  const head = Buffer.alloc(12);
  head.write('PACK');
  head.writeUInt32BE(2, 4);
  head.writeUInt32BE(objects.length, 8);
  const pack = Buffer.concat([head, ...objects.flatMap((each) => [entryHead(each), deflateSync(each.content)])]);
  const sum = createHash(algorithm(repository)).update(pack).digest();
  git(['unpack-objects', '-q'], { cwd: repository.root, input: Buffer.concat([pack, sum]) });
}

/** Type and size: four bits of the size, then seven at a time, the lowest first. */
function entryHead({ type, content }: GitObject): Buffer {
  const bytes = [(TYPES[type] << 4) | (content.length & 15)];
  for (let rest = Math.floor(content.length / 16); rest > 0; rest = Math.floor(rest / 128)) {
    bytes[bytes.length - 1] = (bytes.at(-1) ?? 0) | 128;
    bytes.push(rest & 127);
  }
  return Buffer.from(bytes);
}
