import { tokenOf } from '../../record/content.js';
import type { Content } from '../../record/content.js';
import type { Loss } from '../../merge/loss.js';
import { quote, scanObject, unquote } from '../../record/json.js';
import { valuesOf } from '../../record/values.js';
import type { ContentValue } from '../../record/values.js';
import { isDeleted } from '../../record/version.js';
import type { Version } from '../../record/version.js';
import type { KnownNoSecrets } from '../../files/settings.js';
import type { RecordKey } from '../../record/record-key.js';

/** A value that no version of its record had in the files before. */
export interface NewValue extends RecordKey {
  readonly field: string;
  /** What the value is called: by the record's natural key, where it has one, by its field, or by another value. A value with several names comes once for each. */
  readonly name: string;
  readonly text: string;
}

/** A value that must not get into a file. */
export interface GuardFinding extends RecordKey {
  readonly field: string;
  /** What was found, in words that do not repeat the value. */
  readonly what: string;
}

/**
 * Looks at values before they get into a file, many at once, and names those that must not.
 *
 * @param known texts that the team says are no secrets (`secrets.allow` of `sync.json`), whole.
 */
export type Guard = (values: readonly NewValue[], known: readonly string[]) => readonly GuardFinding[];

/** A shorter text is no secret; neither is a number, `true` or `null`. */
const SHORTEST = 8;

/** The values that a version of a record would bring into a file, without those that a known version has. */
export function newValues(version: Version, known: readonly Version[]): NewValue[] {
  const old = new Set<string>();
  for (const each of known) for (const { token } of valuesIn(each)) old.add(token);
  const values: readonly ContentValue[] = [...valuesIn(version)];
  const label = isDeleted(version) ? undefined : naturalName(version.content);
  const secretNames = namesOfSecrets(values);
  return values.flatMap(({ field, token }): NewValue[] => {
    if (!mayBeSecret(token) || old.has(token)) return [];
    const text = textOf(token);
    const names = new Set([label ?? field, ...(MAY_BE_BARE.test(text) ? [field, ...secretNames] : [])]);
    return [...names].map((name) => ({ type: version.type, id: version.id, field, name, text }));
  });
}

/** The values that a line about a value that lost would bring into a file. */
export function valuesOfLoss({ type, id }: RecordKey, { field, base, kept, lost }: Loss): NewValue[] {
  const values = [base, kept, lost].flatMap((token): readonly ContentValue[] => {
    if (token === null) return [];
    return field === null
      ? scanObject(token).map(([name, value]) => ({ field: name, token: value }))
      : [{ field, token }];
  });
  return values
    .filter(({ token }) => mayBeSecret(token))
    .map(({ field: name, token }) => ({ type, id, field: name, name, text: textOf(token) }));
}

function mayBeSecret(token: string): boolean {
  return token.length >= SHORTEST && /^["[{]/.test(token);
}

/** All that a version says, the names of its record and of whoever deleted it included. */
function* valuesIn(version: Version): Generator<ContentValue> {
  if (!isDeleted(version)) {
    yield* valuesOf(version.content, version.form ?? 'portable');
    return;
  }
  yield { field: 'entity_id', token: quote(version.id) };
  yield { field: 'deleted_by', token: quote(version.by) };
  for (const [field, token] of version.unknown) yield { field, token };
}

function naturalName(content: Content): string | undefined {
  const label = content.entity.naturalKeys[0]?.at(-1);
  return label === undefined ? undefined : textOf(tokenOf(content, label));
}

const SECRET_WORDS = ['key', 'secret', 'token', 'password', 'passwd', 'pwd', 'credentials', 'credential', 'auth'];
/** What a short text has up to such a word may be the name of a secret in another field. */
const SECRET_NAME = new RegExp(`^.{0,60}(?:${SECRET_WORDS.join('|')})(?![a-z\\d])`, 'i');
/** So much of a token holds the 60 characters and the word, however they are escaped. */
const BEGINNING = 500;
/** What is no secret by its look, but by its name, begins with a long word. */
const MAY_BE_BARE = /^\s*\S{16}/;

function namesOfSecrets(values: readonly ContentValue[]): string[] {
  return values.flatMap(({ token }) => {
    if (!token.startsWith('"')) return [];
    // Most texts have none of the words, which is quicker to see.
    const beginning = token.slice(0, BEGINNING).toLowerCase();
    if (!SECRET_WORDS.some((word) => beginning.includes(word))) return [];
    const name = SECRET_NAME.exec(textOf(token))?.[0];
    return name === undefined ? [] : [name];
  });
}

function textOf(token: string): string {
  return token.startsWith('"') ? unquote(token) : token;
}

/** So many characters are handed to a guard at once. */
const BATCH = 1 << 17;

/** Hands values to a guard in batches, so that memory does not grow with an export, and gives each finding once. */
export class GuardedValues {
  readonly #guard: Guard;
  readonly #known: KnownNoSecrets;
  readonly #onFinding: (finding: GuardFinding) => void;
  readonly #found = new Set<string>();
  #batch: NewValue[] = [];
  #size = 0;

  constructor(guard: Guard, known: KnownNoSecrets, onFinding: (finding: GuardFinding) => void) {
    this.#guard = guard;
    this.#known = known;
    this.#onFinding = onFinding;
  }

  add(values: readonly NewValue[]): void {
    for (const value of values) {
      if (this.#known.records.some(({ type, id }) => type === value.type && id === value.id)) continue;
      this.#batch.push(value);
      this.#size += value.text.length;
    }
    if (this.#size >= BATCH) this.flush();
  }

  /** Hands over what is left. Says whether all values until now may get into a file. */
  flush(): boolean {
    const findings = this.#batch.length === 0 ? [] : this.#guard(this.#batch, this.#known.texts);
    this.#batch = [];
    this.#size = 0;
    for (const finding of findings) {
      const { type, id, field, what } = finding;
      const key = JSON.stringify([type, id, field, what]);
      if (!this.#found.has(key)) this.#onFinding(finding);
      this.#found.add(key);
    }
    return this.#found.size === 0;
  }
}
