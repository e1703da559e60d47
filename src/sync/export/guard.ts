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
 * Looks at values before they get into a file, many at once, and names those that must not. A guard that looks in a thread of its own gives
 * a function that waits for what it finds: until that is called the export goes on.
 *
 * @param known texts that the team says are no secrets (`secrets.allow` of `sync.json`), whole.
 */
export type Guard = (
  values: readonly NewValue[],
  known: readonly string[],
) => readonly GuardFinding[] | (() => readonly GuardFinding[]);

/** What a guard finds in some values, waited for. */
export function findingsOf(
  guard: Guard,
  values: readonly NewValue[],
  known: readonly string[],
): readonly GuardFinding[] {
  const findings = guard(values, known);
  return typeof findings === 'function' ? findings() : findings;
}

/** A shorter text is no secret; neither is a number, `true` or `null`. */
const SHORTEST = 8;

/** The values that a version of a record would bring into a file, without those that a known version has. */
export function newValues(version: Version, known: readonly Version[]): NewValue[] {
  const { type, id } = version;
  const old = new Set<string>();
  for (const each of known) for (const { token } of valuesIn(each)) old.add(token);
  const values = valuesIn(version);
  const label = isDeleted(version) ? undefined : naturalName(version.content);
  const secretNames = namesOfSecrets(values);
  const found: NewValue[] = [];
  for (const { field, token } of values) {
    if (!mayBeSecret(token) || old.has(token)) continue;
    const text = textOf(token);
    const first = label ?? field;
    found.push({ type, id, field, name: first, text });
    if (!MAY_BE_BARE.test(text)) continue;
    for (const name of new Set([field, ...secretNames]))
      if (name !== first) found.push({ type, id, field, name, text });
  }
  return found;
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
  return token.length >= SHORTEST && '"[{'.includes(token.charAt(0));
}

/** All that a version says, the names of its record and of whoever deleted it included. */
function valuesIn(version: Version): ContentValue[] {
  if (!isDeleted(version)) return valuesOf(version.content, version.form ?? 'portable');
  return [
    { field: 'entity_id', token: quote(version.id) },
    { field: 'deleted_by', token: quote(version.by) },
    ...version.unknown.map(([field, token]) => ({ field, token })),
  ];
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
  let beginnings = '';
  for (const { token } of values) if (token.startsWith('"')) beginnings += token.slice(0, BEGINNING);
  // Most records have none of the words, and of the others most texts, which is quicker to see.
  if (!mayNameSecret(beginnings)) return [];
  return values.flatMap(({ token }) => {
    if (!token.startsWith('"') || !mayNameSecret(token.slice(0, BEGINNING))) return [];
    const name = SECRET_NAME.exec(textOf(token))?.[0];
    return name === undefined ? [] : [name];
  });
}

function mayNameSecret(text: string): boolean {
  const lower = text.toLowerCase();
  return SECRET_WORDS.some((word) => lower.includes(word));
}

function textOf(token: string): string {
  return token.startsWith('"') ? unquote(token) : token;
}

/** So many characters are handed to a guard at once: it may look at them while more are collected. */
const BATCH = 1 << 16;

/** Hands values to a guard in batches, so that memory does not grow with an export, and gives each finding once. */
export class GuardedValues {
  readonly #guard: Guard;
  readonly #known: KnownNoSecrets;
  readonly #onFinding: (finding: GuardFinding) => void;
  readonly #found = new Set<string>();
  #batch: NewValue[] = [];
  #size = 0;
  /** Waits for what is wrong with the batch that was handed over last. */
  #findings: () => readonly GuardFinding[] = () => [];

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
    if (this.#size >= BATCH) this.#handOver();
  }

  /** Hands over what is left. Says whether all values until now may get into a file. */
  flush(): boolean {
    this.#handOver();
    this.#settle();
    return this.#found.size === 0;
  }

  #handOver(): void {
    if (this.#batch.length === 0) return;
    this.#settle();
    const findings = this.#guard(this.#batch, this.#known.texts);
    this.#findings = typeof findings === 'function' ? findings : () => findings;
    this.#batch = [];
    this.#size = 0;
  }

  #settle(): void {
    const findings = this.#findings();
    this.#findings = () => [];
    for (const finding of findings) {
      const { type, id, field, what } = finding;
      const key = JSON.stringify([type, id, field, what]);
      if (!this.#found.has(key)) this.#onFinding(finding);
      this.#found.add(key);
    }
  }
}
