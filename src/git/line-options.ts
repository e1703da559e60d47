import { parseArgs } from 'node:util';

import type { LineWords } from '../merge/json-options.js';

/** Reads the options that say how lines of other programs merge. Throws what Node does where there is any other. */
export function parseLineWords(args: readonly string[]): { readonly words: LineWords; readonly others: string[] } {
  const { values, positionals } = parseArgs({
    args: [...args],
    options: {
      key: { type: 'string', multiple: true, default: [] },
      together: { type: 'string', multiple: true, default: [] },
      element: { type: 'string', multiple: true, default: [] },
      updated: { type: 'string' },
      'append-only': { type: 'boolean', default: false },
    },
    allowPositionals: true,
  });
  const { 'append-only': appendOnly, ...others } = values;
  return { words: { ...others, appendOnly }, others: positionals };
}

/** The options that ask for a merge of another program's files, as words of a command. */
export function lineOptionWords({ key, together, element, updated, appendOnly }: LineWords): string[] {
  const repeated = { key, together, element, updated: updated === undefined ? [] : [updated] };
  return [
    ...Object.entries(repeated).flatMap(([name, values]) => values.map((value) => `--${name}=${value}`)),
    ...(appendOnly ? ['--append-only'] : []),
  ];
}
