import type { JournalEntry } from '../store/knowledge/journal.js';
import type { FieldChange } from '../record/compare.js';
import { ExactJson, exactOrText } from './json-text.js';

/** The same for programs: tokens stand as they are, exact to the last digit. */
export function fieldJson(change: FieldChange): object {
  return 'from' in change
    ? { field: change.field, from: exact(change.from), to: exact(change.to) }
    : { field: change.field, added: change.added.map(exact), removed: change.removed.map(exact) };
}

/** The same of a field in another program's file. */
export function otherFieldJson(change: FieldChange): object {
  return 'from' in change
    ? { field: change.field, from: exactOrText(change.from), to: exactOrText(change.to) }
    : fieldJson(change);
}

/** What changed in a field, on one line. */
export function fieldText(change: FieldChange): string {
  if ('from' in change) return `${change.field}: ${cut(change.from)} -> ${cut(change.to)}`;
  const parts = [...change.removed.map((token) => `-${cut(token)}`), ...change.added.map((token) => `+${cut(token)}`)];
  return `${change.field}: ${parts.join(' ')}`;
}

/** The beginning of a token, to be shown. */
export function cut(token: string): string {
  return token.length > 60 ? `${token.slice(0, 57)}...` : token;
}

/** A value that lost, for programs. */
export function lossJson({
  type,
  id,
  field,
  base,
  kept,
  lost,
  why,
}: Omit<JournalEntry, 'n' | 'project' | 'at'>): object {
  const exactOrNull = (token: string | null): ExactJson | null => (token === null ? null : exact(token));
  return { type, id, field, base: exactOrNull(base), kept: exactOrNull(kept), lost: exact(lost), why };
}

function exact(token: string): ExactJson {
  return new ExactJson(token);
}
