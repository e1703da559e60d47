import { LINE_NAMES } from '../registry/file.js';
import { BESIDE_TYPES, CONFLICTS_FILE, isInherited } from '../registry/names.js';
import { singular } from './words.js';

/** Names of devices, which no file can have on Windows. */
const DEVICE = /^(?:con|prn|aux|nul|com\d|lpt\d)$/i;

/** The type of a table's records: its name in the singular, in characters that a type may have. */
export function typeName(table: string, taken: Iterable<string>): string {
  const plain = safeName(table);
  const [, start = '', last = ''] = /^(.*?)([A-Za-z]*)$/.exec(plain) ?? [];
  const name = `${/^[A-Za-z]/.test(plain) ? '' : 't_'}${start}${inSingular(last)}`;
  return free(BESIDE_TYPES.has(name) || isInherited(name) ? `${name}_` : name, taken);
}

/** A word in the singular, of which only the end is changed, so that the rest keeps its case. */
function inSingular(word: string): string {
  const found = singular(word.toLowerCase());
  let kept = 0;
  while (kept < found.length && found[kept] === word[kept]?.toLowerCase()) kept++;
  const end = found.slice(kept);
  return word.slice(0, kept) + (word === word.toUpperCase() ? end.toUpperCase() : end);
}

/** The name of a table's data file. */
export function fileName(table: string, taken: Iterable<string>): string {
  const plain = safeName(table);
  const name = DEVICE.test(plain) || plain === '' ? `${plain}_` : plain;
  const bases = [...taken, CONFLICTS_FILE].map((file) => file.replace(/\.jsonl$/i, ''));
  return `${free(name, [...bases, 'deletions'])}.jsonl`;
}

/** The name of a column in a line, where it is not the column's own. */
export function lineName(column: string, columns: readonly string[]): string | undefined {
  if (!isTaken(column)) return undefined;
  let name = `${column}_`;
  while (isTaken(name) || columns.includes(name)) name += '_';
  return name;
}

function isTaken(name: string): boolean {
  return LINE_NAMES.has(name) || isInherited(name);
}

function safeName(table: string): string {
  return table
    .replaceAll(/[^\w-]+/g, '_')
    .replace(/^-+/, '')
    .slice(0, 100);
}

/** A name that no other one is equal to, upper and lower case alike. */
function free(name: string, taken: Iterable<string>): string {
  const lower = new Set([...taken].map((each) => each.toLowerCase()));
  let [found, n] = [name, 1];
  while (lower.has(found.toLowerCase())) found = `${name}_${++n}`;
  return found;
}
