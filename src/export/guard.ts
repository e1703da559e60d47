import { tokenOf } from '../record/content.js';
import type { Content } from '../record/content.js';
import { unquote } from '../record/json.js';
import { valuesOf } from '../record/values.js';
import type { FileVersion, PathForm, Present } from '../record/version.js';
import type { RecordKey } from '../store/rows.js';

/** A value that no version of its record had in the files before. */
export interface NewValue extends RecordKey {
  readonly field: string;
  /** What the value is called: by the record's natural key, where it has one, else by the field. */
  readonly name: string;
  readonly text: string;
}

/** A value that must not get into a file. */
export interface GuardFinding extends RecordKey {
  readonly field: string;
  /** What was found, in words that do not repeat the value. */
  readonly what: string;
}

/** Looks at values before they get into a file, many at once, and names those that must not. */
export type Guard = (values: readonly NewValue[]) => readonly GuardFinding[];

/** A shorter text is no secret; neither is a number, `true` or `null`. */
const SHORTEST = 8;

/** The values that a line of a record would bring into a file, without those that a known line has. */
export function newValues(content: Content, form: PathForm, known: readonly FileVersion<Present>[]): NewValue[] {
  const { entity, id } = content;
  const old = new Set<string>();
  for (const line of known) {
    for (const { field, token } of valuesOf(line.content, line.form)) old.add(`${field} ${token}`);
  }
  const label = entity.naturalKey.at(-1);
  const name = label === undefined ? undefined : textOf(tokenOf(content, label));
  const values: NewValue[] = [];
  for (const { field, token } of valuesOf(content, form)) {
    if (token.length < SHORTEST || !/^["[{]/.test(token) || old.has(`${field} ${token}`)) continue;
    values.push({ type: entity.type, id, field, name: name ?? field, text: textOf(token) });
  }
  return values;
}

function textOf(token: string): string {
  return token.startsWith('"') ? unquote(token) : token;
}

/** So many characters are handed to a guard at once. */
const BATCH = 1 << 17;

/** Hands values to a guard in batches, so that memory does not grow with an export. */
export class GuardedValues {
  readonly #guard: Guard;
  readonly #onFinding: (finding: GuardFinding) => void;
  #batch: NewValue[] = [];
  #size = 0;

  constructor(guard: Guard, onFinding: (finding: GuardFinding) => void) {
    this.#guard = guard;
    this.#onFinding = onFinding;
  }

  add(values: readonly NewValue[]): void {
    for (const value of values) {
      this.#batch.push(value);
      this.#size += value.text.length;
    }
    if (this.#size >= BATCH) this.flush();
  }

  /** Hands over what is left. */
  flush(): void {
    if (this.#batch.length === 0) return;
    for (const finding of this.#guard(this.#batch)) this.#onFinding(finding);
    this.#batch = [];
    this.#size = 0;
  }
}
