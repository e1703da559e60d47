import { SyncError } from '../errors.js';
import { git } from './run.js';

/** Reads files out of git's objects, all by one process. Throws `io` for an object that is not there. */
export function readBlobs(cwd: string, objects: readonly string[]): Buffer[] {
  if (objects.length === 0) return [];
  const input = objects.map((object) => `${object}\n`).join('');
  // Sizes are in bytes: each is taken for a character first.
  const out = git(['cat-file', '--batch'], { cwd, input, encoding: 'latin1' });
  let at = 0;
  return objects.map((object) => {
    const end = out.indexOf('\n', at);
    const size = / blob (\d+)$/.exec(out.slice(at, end))?.[1];
    if (size === undefined) throw new SyncError('io', `Cannot read ${object}: git does not have it`);
    const from = end + 1;
    at = from + Number(size) + 1;
    return Buffer.from(out.slice(from, at - 1), 'latin1');
  });
}
