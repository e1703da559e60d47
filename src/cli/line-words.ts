import { Option } from 'commander';

import type { LineWords } from '../merge/json-options.js';
import type { Options } from './verb.js';

/** The options that say how lines of other programs merge. */
export function lineWordOptions(): Option[] {
  return [
    repeatable('--key <names>', 'the field that identifies a line; a.b within another, a,b together; repeatable'),
    repeatable('--together <names>', 'fields that move as one, with commas; repeatable'),
    repeatable('--element <field=names>', 'what identifies the elements of an array, with commas; repeatable'),
    new Option('--updated <name>', 'the field with the time of the last change'),
    new Option('--append-only', 'lines without a key are a log or a set: what both sides added stays'),
  ];
}

function repeatable(flags: string, description: string): Option {
  return new Option(flags, description)
    .default([], 'none')
    .argParser((value: string, before: readonly string[]) => [...before, value]);
}

/** What was given of these options. */
export function lineWordsOf(options: Options): LineWords {
  const listOf = (name: string): string[] => (Array.isArray(options[name]) ? options[name].map(String) : []);
  return {
    key: listOf('key'),
    together: listOf('together'),
    element: listOf('element'),
    updated: typeof options['updated'] === 'string' ? options['updated'] : undefined,
    appendOnly: options['appendOnly'] === true,
  };
}
