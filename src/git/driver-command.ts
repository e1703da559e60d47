import { fileURLToPath } from 'node:url';

/** The name under which git knows the merge driver of data files. */
export const DRIVER_NAME = 'savecontext';

/** How the merge driver is called for files of other programs. */
export interface GenericOptions {
  readonly key: string;
  readonly together: readonly string[];
}

/**
 * What git runs to merge a file: the second entry beside this code, with the running Node. Where one of them is gone the versions
 * are merged as text, with markers, so that ours is never left standing as if it were the result.
 */
export function driverCommand(options?: GenericOptions): string {
  const script = driverWord(fileURLToPath(new URL('../merge-driver.js', import.meta.url)));
  const node = driverWord(process.execPath);
  const words =
    options === undefined ? [] : ['--key', options.key, ...options.together.flatMap((names) => ['--together', names])];
  const call = [node, script, ...words.map(driverWord)].join(' ');
  return (
    `if [ -f ${script} ] && [ -x ${node} ]; then exec ${call} %O %A %B %P; ` +
    `else exec git merge-file -L ours -L base -L theirs %A %O %B; fi`
  );
}

/** The name of the driver for files of other programs: one for each way to call it. */
export function genericDriverName({ key, together }: GenericOptions): string {
  return ['jsonl', key, ...together.map((names) => names.replaceAll(',', '.'))].join('-');
}

/** A text as one word for `sh`. */
export function shellWord(text: string): string {
  const slashes = process.platform === 'win32' ? text.replaceAll('\\', '/') : text;
  return `'${slashes.replaceAll("'", `'\\''`)}'`;
}

/** The same in a command in which git replaces what a percent sign begins. */
function driverWord(text: string): string {
  return shellWord(text).replaceAll('%', '%%');
}
