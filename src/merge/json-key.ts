import { literalPattern } from '../record/literal-pattern.js';
import { JsonError, meaningOf, quote, unquote } from '../record/json.js';
import { readSource, textAt } from '../record/json-source.js';
import type { Source } from '../record/json-source.js';
import { LIMITS } from '../record/limits.js';
import { canonicalNumber } from '../record/numbers.js';

/** What a line is known by. */
export interface LineKey {
  /** The same for every way to write the key. */
  readonly identity: string;
  /** For people. */
  readonly id: string;
}

const NUMBER = String.raw`-?(?:0|[1-9]\d*)(?:\.\d+)?(?:[eE][+-]?\d+)?(?=\s*[,}])`;

/**
 * Reads what a line is known by: the first of some keys that it has. A key is a name, names with commas that identify together, and each
 * name may lead to a member of a member with dots. Most lines begin with their key, and are not parsed.
 */
export function keyReader(keys: readonly string[]): (raw: string) => LineKey | undefined {
  const [first] = keys;
  if (first === undefined) return () => undefined;
  const name = literalPattern(quote(first));
  const pattern = new RegExp(`^\\{\\s*${name}\\s*:\\s*(?:("[^"\\\\]*")|(${NUMBER}))`);
  return (raw) => {
    const [, text, number = ''] = pattern.exec(raw) ?? [];
    if (text !== undefined) return { identity: text, id: unquote(text) };
    const isNumber = number !== '' && number.length <= LIMITS.number;
    return isNumber ? { identity: canonicalNumber(number), id: number } : keyIn(raw, keys);
  };
}

/** The key of a line that is parsed; undefined where that fails, or it has none. */
function keyIn(raw: string, keys: readonly string[]): LineKey | undefined {
  try {
    const source = readSource(raw);
    for (const [index, key] of keys.entries()) {
      const identity = readKey(source, key);
      if (identity === undefined) continue;
      const id = /^"[^"\\]*"$/.test(identity) ? unquote(identity) : identity;
      return { identity: index === 0 ? identity : `${key} ${identity}`, id };
    }
    return undefined;
  } catch (error) {
    if (error instanceof JsonError) return undefined;
    throw error;
  }
}

/** The values of a key; a name with commas in it counts before several names. */
export function readKey(source: Source, key: string): string | undefined {
  return readValues(source, [key]) ?? (key.includes(',') ? readValues(source, key.split(',')) : undefined);
}

/** What the texts, numbers and truth values at some paths say; undefined where one of them is something else, or missing. */
export function readValues(source: Source, paths: readonly string[]): string | undefined {
  const texts = paths.map((path) => textAt(source, path));
  const isKey = texts.every((text) => text !== undefined && /^["\d-]|^(?:true|false)$/.test(text));
  return isKey ? texts.map((text) => meaningOf(text ?? '')).join(',') : undefined;
}
