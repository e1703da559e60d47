import { SyncError } from '../errors.js';
import { lineOptions } from '../merge/json-options.js';
import type { LineWords } from '../merge/json-options.js';
import { readAttributeFiles } from './attribute-files.js';
import type { AttributeFile } from './attribute-files.js';
import { attributesOf } from './attributes.js';
import { genericDriverName } from './driver-command.js';
import { lineOptionWords, parseLineWords } from './line-options.js';
import type { Repository } from './repository.js';
import { readShellWords, shellWord } from './shell-words.js';

/** What stands above a line that names a driver: the call that wrote it, so that another clone knows how that driver merges. */
const CALL = '# sc-sync init --driver-only ';

/** No line of attributes may be longer, or git passes over it. */
const LONGEST = 2048;

/** What would not stay in its line, or could move a terminal's cursor. */
const ODD = /[\u0000-\u001f\u007f-\u009f\u2028-\u202e\u2066-\u2069]/;

/** The driver that files of other programs merge by, as the attributes of a repository have it. */
export interface StatedDriver {
  readonly name: string;
  /** How it merges; undefined where no file of attributes says that. */
  readonly words: LineWords | undefined;
  /** The file of attributes that names it first, as git names it. */
  readonly file: string;
  /** The files that are meant, as git takes them. */
  readonly pathspecs: readonly string[];
}

/** The comment that says how a driver merges. Throws `usage` where a name cannot stand in one line. */
export function statementOf(words: LineWords, pattern: string): string {
  const all = [...lineOptionWords(words), ...(pattern.startsWith('-') ? ['--'] : []), pattern];
  const odd = all.find((word) => ODD.test(word));
  const line = `${CALL}${all.map(shellWord).join(' ')}`;
  if (odd === undefined && line.length <= LONGEST) return line;
  throw new SyncError('usage', `Cannot write ${JSON.stringify(odd ?? line)} into git's attributes`, {
    hint: 'give names without control characters, and fewer of them',
  });
}

/**
 * Reads such a comment, which somebody else may have committed: nothing but the options of the merge driver gets through, and undefined is
 * given for all else.
 */
export function readStatement(line: string): LineWords | undefined {
  if (!line.startsWith(CALL) || line.length > LONGEST || ODD.test(line)) return undefined;
  const args = readShellWords(line.slice(CALL.length).trimEnd());
  if (args === undefined) return undefined;
  try {
    const { words } = parseLineWords(args);
    return lineOptions(words) === undefined ? undefined : words;
  } catch {
    return undefined;
  }
}

/** The drivers for files of other programs that the attributes of a work tree name. */
export function statedDrivers(files: readonly AttributeFile[]): StatedDriver[] {
  const words = new Map<string, LineWords>();
  const named = new Map<string, { file: string; pathspecs: string[] }>();
  for (const { name: file, folder, lines } of files) {
    for (const line of lines) {
      const stated = readStatement(line);
      if (stated !== undefined) words.set(genericDriverName(stated), stated);
      const [, pattern = '', name = ''] = NAMES_DRIVER.exec(line) ?? [];
      if (name === '') continue;
      const found = named.get(name) ?? { file, pathspecs: [] };
      found.pathspecs.push(pathspecOf(folder, readPattern(pattern)));
      named.set(name, found);
    }
  }
  return [...named].map(([name, found]) => ({ name, words: words.get(name), ...found }));
}

/** A line of attributes with a driver of ours for files of other programs. */
const NAMES_DRIVER = /^\s*("(?:[^"\\]|\\.)*"|[^\s#]\S*)\s(?:.*\s)?merge=(jsonl-[\w.-]+)(?:\s|$)/;

function readPattern(text: string): string {
  if (!text.startsWith('"')) return text;
  try {
    return String(JSON.parse(text));
  } catch {
    return text;
  }
}

/** What git lists files by that match a pattern of attributes in a folder; that ends with a slash, or is empty. */
export function pathspecOf(folder: string, pattern: string): string {
  // As in attributes: a pattern without a slash is of names in all folders below.
  const below = pattern.includes('/') ? pattern.replace(/^\//, '') : `**/${pattern}`;
  return `:(top,glob)${folder.replaceAll(/[\\*?[]/g, '\\$&')}${below}`;
}

/** How the files at some paths merge that are of other programs; only those of which attributes say so. Paths are as git names them. */
export function lineWordsOfPaths(
  repository: Pick<Repository, 'root'>,
  paths: readonly string[],
): Map<string, LineWords> {
  const words = new Map(
    statedDrivers(readAttributeFiles(repository.root)).map((driver) => [driver.name, driver.words]),
  );
  return new Map(
    attributesOf(repository.root, ['merge'], paths).flatMap(({ path, value }): [string, LineWords][] => {
      const found = words.get(value);
      return found === undefined ? [] : [[path, found]];
    }),
  );
}
