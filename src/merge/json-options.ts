import { SyncError } from '../errors.js';
import type { JsonFileOptions } from './json-file.js';

/** How the merge of another program's files is asked for, as words of a command. */
export interface LineWords {
  readonly key: readonly string[];
  readonly together: readonly string[];
  readonly element: readonly string[];
  readonly updated?: string | undefined;
  readonly appendOnly: boolean;
}

/** The options that some words mean; undefined where they name no other program's file. Throws `usage`. */
export function lineOptions({ key, together, element, updated, appendOnly }: LineWords): JsonFileOptions | undefined {
  if (key.length === 0 && !appendOnly) {
    if (together.length + element.length === 0 && updated === undefined) return undefined;
    throw new SyncError('usage', '--together, --element and --updated need --key or --append-only', {
      hint: 'for example: --key id --updated updated_at',
    });
  }
  if ([...key, ...together, updated ?? 'name'].includes('')) {
    throw new SyncError('usage', '--key, --together and --updated need a name');
  }
  return {
    keys: key,
    together: together.map((names) => names.split(',')),
    elements: new Map(element.map(elementOf)),
    updated,
    appendOnly,
  };
}

function elementOf(word: string): [field: string, key: string] {
  const [, field, names] = /^([^=]+)=(.+)$/s.exec(word) ?? [];
  if (field === undefined || names === undefined) {
    throw new SyncError('usage', `--element needs a field, =, and the names that identify its elements, not ${word}`, {
      hint: 'for example: --element dependencies=depends_on_id,type',
    });
  }
  return [field, names];
}
