import type * as Synckit from 'synckit';

import { createRequire } from 'node:module';

import type { Guard } from '../export/guard.js';
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
    return scan(text).flatMap(({ at, what }) => {
      const value = asked[ends.findIndex((end) => at < end)];
      return value === undefined ? [] : [{ type: value.type, id: value.id, field: value.field, what }];
    });
  };
}
