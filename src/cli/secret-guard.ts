import type * as Synckit from 'synckit';

import { createRequire } from 'node:module';

import type { Guard, NewValue } from '../export/guard.js';
import type { FoundSecret } from './secret-worker.js';

/** Values are told apart by lines; no rule looks for a secret across an empty one but for keys in blocks of their own. */
const BETWEEN = '\n\n';

/** The scanner's thread, started when there is something to look at. */
let scan: ((text: string) => readonly FoundSecret[]) | undefined;

/** Nothing of it is loaded before: most calls of the command have nothing to look at. */
function startScanner(): typeof scan & object {
  const { createSyncFn } = createRequire(import.meta.url)('synckit') as typeof Synckit;
  return createSyncFn(new URL('./secret-worker.js', import.meta.url));
}

/** Looks at values with the rules of secretlint, but for those of the allowed records. */
export function secretGuard(allowed: readonly string[]): Guard {
  return (values) => {
    const asked = values.filter(({ id }) => !allowed.includes(id));
    if (asked.length === 0) return [];
    scan ??= startScanner();
    const ends: number[] = [];
    let text = '';
    for (const value of asked) {
      text += `${value.name} = ${value.text}${BETWEEN}`;
      ends.push(text.length);
    }
    const found = scan(text).map(({ at, what }) => ({ value: asked[ends.findIndex((end) => at < end)], what }));
    return found.flatMap(({ value, what }) => (value === undefined ? [] : [finding(value, what)]));
  };
}

function finding(
  { type, id, field }: NewValue,
  what: string,
): { type: string; id: string; field: string; what: string } {
  return { type, id, field, what };
}
