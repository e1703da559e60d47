import { tokenOf } from './record/content.js';
import type { Content } from './record/content.js';
import { unquote } from './record/json.js';
import { requireEntity } from './registry/entity.js';
import type { PrivateRule } from './settings.js';
import { hasPrivateMarks, isMarkedPrivate } from './store/private-marks.js';
import type { Rows } from './store/rows.js';
import type { Sql } from './store/sql.js';
import type { Store } from './store/store.js';

/** Whether any record may be private, so that it is worth asking. */
export function hasPrivate(sql: Sql, rules: readonly PrivateRule[]): boolean {
  return rules.length > 0 || hasPrivateMarks(sql);
}

/**
 * Makes the test for records that never leave the database: they were marked, or a rule fits them, or one of these is true of a record
 * that they cannot be without.
 */
export function privacyTest(
  { sql, registry }: Store,
  rows: Rows,
  rules: readonly PrivateRule[],
): (content: Content) => boolean {
  if (!hasPrivate(sql, rules)) return () => false;
  const isPrivate = (content: Content): boolean =>
    isMarkedPrivate(sql, { type: content.entity.type, id: content.id }) ||
    rules.some((rule) => fits(rule, content)) ||
    Object.entries(content.entity.parents).some(([field, type]) => {
      const parent = rows.read(requireEntity(registry, type), unquote(tokenOf(content, field)));
      return parent !== undefined && isPrivate(parent);
    });
  return isPrivate;
}

function fits({ type, where }: PrivateRule, content: Content): boolean {
  return (
    content.entity.type === type && Object.entries(where).every(([name, token]) => tokenOf(content, name) === token)
  );
}
