import { SyncError, messageOf } from '../errors.js';
import { contradictions } from './check-file.js';
import type { RegistryFile } from './file.js';
import { isObject, registryFile } from './file-shape.js';

/** So many problems are listed. */
const LISTED = 50;

/**
 * Reads the text of a registry file, which somebody else may have written.
 *
 * @param path what messages call the file
 * @throws SyncError `bad_input` with every problem: what was found, what was expected, and where; `newer_format`
 */
export function parseRegistryFile(text: string, path: string): RegistryFile {
  const value = parseJson(text, path);
  const version = isObject(value) ? value['registry'] : undefined;
  if (typeof version === 'number' && version > 1)
    throw new SyncError(
      'newer_format',
      `${path} has the version ${version} of its format, and 1 is the newest known here`,
      {
        hint: 'install a newer version of savecontext-sync',
      },
    );
  const [shape, isWhole] = [registryFile(value, ''), namesOf(text) === membersOf(value)];
  const twice = isWhole ? [] : ['a name stands twice in one object'];
  const problems = shape.length > 0 ? shape : twice;
  if (problems.length > 0) throw badFile(path, problems);
  const file = value as RegistryFile;
  const found = contradictions(file);
  if (found.length > 0) throw badFile(path, found);
  return file;
}

function parseJson(text: string, path: string): unknown {
  try {
    return JSON.parse(text.startsWith('\uFEFF') ? text.slice(1) : text);
  } catch (error) {
    throw badFile(path, [`the file must hold a JSON object (${messageOf(error)})`]);
  }
}

/** How many names of members a text of JSON has. */
function namesOf(text: string): number {
  let count = 0;
  for (const [, colon] of text.matchAll(/"(?:[^"\\]|\\.)*"\s*(:?)/g)) if (colon === ':') count++;
  return count;
}

/** How many members the objects of a value have: fewer than names where a name stands twice, and a reader sees only one. */
function membersOf(value: unknown): number {
  let count = 0;
  const waiting = [value];
  for (let next = waiting.pop(); next !== undefined; next = waiting.pop()) {
    if (isObject(next)) count += Object.keys(next).length;
    if (typeof next === 'object' && next !== null) for (const each of Object.values(next)) waiting.push(each);
  }
  return count;
}

function badFile(path: string, problems: readonly string[]): SyncError {
  const [first = '', ...others] = problems;
  const more = others.length === 0 ? '' : ` (and ${others.length} more)`;
  return new SyncError('bad_input', `${path}: ${first}${more}`, {
    details: problems.slice(0, LISTED),
    hint: 'correct the file; sc-sync adopt writes a new one where there is none',
  });
}
