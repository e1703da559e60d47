import type { FileSides, MergedFile } from '../merged-file.js';
export function mergeJsonFile(
  sides: FileSides,
  options: { readonly key: string; readonly together: readonly (readonly string[])[] },
): MergedFile {
  throw new Error(`not merged yet: ${options.key} ${sides.ours.length}`);
}
