import { basename } from 'node:path';

import { EXPORT_FOLDER } from '../files/directory.js';
import type { LineWords } from '../merge/json-options.js';
import { sha256 } from '../record/json.js';
import { lineOptionWords } from './line-options.js';
import { programPath } from './program-path.js';

/** The name under which git knows the merge driver of data files. */
export function driverName(dir: string): string {
  return basename(dir) === EXPORT_FOLDER ? 'savecontext' : 'sc-sync';
}

/**
 * What git runs to merge a file: the second entry beside this code, with the running Node. Where one of them is gone the versions
 * are merged as text, with markers, so that ours is never left standing as if it were the result.
 */
export function driverCommand(options?: LineWords): string {
  const script = driverWord(programPath('merge-driver'));
  const node = driverWord(process.execPath);
  const call = [node, script, ...(options === undefined ? [] : lineOptionWords(options)).map(driverWord)].join(' ');
  return (
    `if [ -f ${script} ] && [ -x ${node} ]; then exec ${call} %O %A %B %P %L; ` +
    `else exec git merge-file --marker-size=%L -L ours -L base -L theirs %A %O %B; fi`
  );
}

/**
 * The name of the driver for files of other programs: one for each way to call it. Attributes of git know neither white space nor most
 * signs in it, so what a plain name cannot say it says by a sum.
 */
export function genericDriverName(options: LineWords): string {
  const { key, together, element, updated, appendOnly } = options;
  const name = ['jsonl', ...key, ...together.map((names) => names.replaceAll(',', '.'))].join('-');
  const isPlain =
    key.length === 1 &&
    key.every((each) => /^(?:[\w-]+|[\w.]+)$/.test(each)) &&
    together.every((each) => /^\w+(?:,\w+)+$/.test(each));
  if (isPlain && element.length === 0 && updated === undefined && !appendOnly) return name;
  const sum = sha256(lineOptionWords(options).join('\0')).slice(0, 8);
  return `${name.replaceAll(/[^\w.-]+/g, '.').slice(0, 60)}-${sum}`;
}

/** A text as one word for `sh`, in quotes whatever it is. */
export function quotedWord(text: string): string {
  const slashes = process.platform === 'win32' ? text.replaceAll('\\', '/') : text;
  return `'${slashes.replaceAll("'", `'\\''`)}'`;
}

/** The same in a command in which git replaces what a percent sign begins. */
function driverWord(text: string): string {
  return quotedWord(text).replaceAll('%', '%%');
}
