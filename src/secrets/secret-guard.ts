import type * as Synckit from 'synckit';

import { createRequire } from 'node:module';

import type { Guard } from '../sync/export/guard.js';
import type { FoundSecret, Scan } from './find-secrets.js';
import type { Answer } from './secret-worker.js';

/** Values are told apart by lines; no rule looks for a secret across an empty one but for keys in blocks of their own. */
const BETWEEN = '\n\n';

/** A call of the scanner's thread. */
type Ask = (...parameters: Parameters<Answer>) => Awaited<ReturnType<Answer>>;

/** The scanner's thread, started when there is something to look at. */
let ask: Ask | undefined;

/** Nothing of it is loaded before: most exports have nothing to look at. */
function startScanner(): Ask {
  const { createSyncFn } = createRequire(import.meta.url)('synckit') as typeof Synckit;
  return createSyncFn(new URL('../secrets/secret-worker.js', import.meta.url));
}

/** Begins to scan a text; what it gives waits for what was found. */
function scan(started: Ask, asked: Scan): () => readonly FoundSecret[] {
  const number = Number(started(asked));
  let found: ReturnType<Ask> | undefined;
  return () => {
    found ??= started(number);
    if (typeof found === 'number') throw new Error(`the scanner answered ${found} in place of what it found`);
    return found;
  };
}

/**
 * The guard of the command line: finds tokens, private keys and logins by the rules of secretlint, but for well-known dummies. The scanner is
 * loaded, and its thread is started, when the first value is to be looked at.
 *
 * ```ts
 * const { refused } = store.project(path, { guard: secretGuard() }).export();
 * for (const { type, id, why } of refused) console.log(type, id, why);
 * ```
 *
 * @param allowedIds records of which every value may go out.
 */
export function secretGuard(allowedIds: readonly string[] = []): Guard {
  return (values, known) => {
    const asked = values.filter(({ id, text }) => !allowedIds.includes(id) && !known.includes(text));
    if (asked.length === 0) return [];
    ask ??= startScanner();
    const ends: number[] = [];
    let text = '';
    for (const value of asked) {
      text += `${value.name.replaceAll(/[\s-]+/g, '_')} = ${value.text}${BETWEEN}`;
      ends.push(text.length);
    }
    const found = scan(ask, { content: text, known });
    return () =>
      found().flatMap(({ at, what }) => {
        const value = asked[ends.findIndex((end) => at < end)];
        return value === undefined ? [] : [{ type: value.type, id: value.id, field: value.field, what }];
      });
  };
}
