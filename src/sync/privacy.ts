import { tokenOf } from '../record/content.js';
import type { Content } from '../record/content.js';
import { unquote } from '../record/json.js';
import { requireEntity } from '../registry/entity.js';
import type { PrivateRule } from '../files/settings.js';
import { hasPrivateMarks, isMarkedPrivate } from '../store/knowledge/private-marks.js';
import type { RecordKey } from '../record/record-key.js';
import type { Rows } from '../store/rows.js';
import type { Sql } from '../store/sql.js';
import type { SyncStore } from '../store/store.js';

/** Whether any record may be private, so that it is worth asking. */
export function hasPrivate(sql: Sql, rules: readonly PrivateRule[]): boolean {
  return rules.length > 0 || hasPrivateMarks(sql);
}

/** Why a record never leaves the database: a mark or a rule, of its own or of one that it cannot be without. */
export interface PrivacyReason extends RecordKey {
  readonly by: 'mark' | 'rule';
}

/** The test where no record is private: nothing need be read for it. */
export const nothingIsPrivate = (): boolean => false;

/** Makes the test for records that never leave the database. */
export function privacyTest(
  store: SyncStore,
  rows: Rows,
  rules: readonly PrivateRule[],
): (content: Content) => boolean {
  if (!hasPrivate(store.sql, rules)) return nothingIsPrivate;
  return (content) => privacyReason(store, rows, rules, content) !== undefined;
}

/** Why a record is private; undefined for one that is not. */
export function privacyReason(
  store: SyncStore,
  rows: Rows,
  rules: readonly PrivateRule[],
  content: Content,
): PrivacyReason | undefined {
  const { entity, id } = content;
  const key = { type: entity.type, id };
  if (isMarkedPrivate(store.sql, key)) return { ...key, by: 'mark' };
  if (rules.some((rule) => fits(rule, content))) return { ...key, by: 'rule' };
  for (const [field, type] of Object.entries(entity.parents)) {
    const parent = rows.read(requireEntity(store.registry, type), unquote(tokenOf(content, field)));
    const reason = parent && privacyReason(store, rows, rules, parent);
    if (reason !== undefined) return reason;
  }
  return undefined;
}

/** A field that the registry does not have any more cannot say that a record is private no longer. */
function fits({ type, where }: PrivateRule, { entity, tokens }: Content): boolean {
  const says = (name: string): string | undefined => tokens[entity.indexOf.get(name) ?? -1];
  return entity.type === type && Object.entries(where).every(([name, token]) => (says(name) ?? token) === token);
}
