import { SyncError } from '../errors.js';
import { withTokens } from '../record/content.js';
import type { Content } from '../record/content.js';
import { withImplied } from '../record/implied.js';
import { JsonError, quote } from '../record/json.js';
import { toToken, valueToken } from '../record/object.js';
import type { RecordObject } from '../record/object.js';
import type { Field } from '../registry/field.js';
import { ENVELOPE } from '../registry/names.js';
import { laterMoment } from '../record/edit-time.js';
import { CHANGED_AT } from '../registry/entity.js';
import type { Entity } from '../registry/entity.js';

/**
 * The tokens by which fields differ from those of a record, by their places. What a record has beside its fields is left out: it may be
 * among them, as where somebody changes a field of a record that they read.
 *
 * @param project the path of the record's project, which it cannot leave
 * @param now the time of what follows from the fields
 * @param called what people call the record
 * @throws SyncError `bad_input` with every wrong field
 */
export function changesTo(
  content: Content,
  fields: RecordObject,
  { project, now, called }: { readonly project: string; readonly now: number; readonly called: string },
): Map<number, string> {
  const { entity, tokens } = content;
  const changes = new Map<number, string>();
  const problems = new Map<string, readonly string[]>();
  for (const [name, value] of Object.entries(withImplied(content, fields, now))) {
    const index = entity.indexOf.get(name);
    const field = index === undefined ? undefined : entity.synced[index]?.field;
    if (value === undefined) continue;
    if (index === undefined || field === undefined) {
      problems.set(name, wrongBeside(content, name, value));
    } else if (name === entity.key) {
      problems.set(name, value === content.id ? [] : [`must be ${quote(content.id)}, not ${textOf(value)}`]);
    } else if (isScope(field)) {
      const isHere = value === '.' || value === project;
      problems.set(name, isHere ? [] : [`must be ".", since a record stays in its project, not ${textOf(value)}`]);
    } else {
      const found: string[] = [];
      const token = valueToken(field, value, found);
      if (token !== tokens[index]) changes.set(index, token);
      problems.set(name, found);
    }
  }
  for (const { name, field, index } of entity.synced) {
    if (field.kind === 'set' || field.nullable || (problems.get(name)?.length ?? 0) > 0) continue;
    if ((changes.get(index) ?? tokens[index]) === 'null') problems.set(name, ['is required']);
  }
  const details = [...problems].flatMap(([name, found]) => found.map((problem) => `${name} ${problem}`));
  if (details.length === 0) return changes;
  throw new SyncError('bad_input', `Cannot save ${called}: ${details.join('; ')}`, { details });
}

/** What is wrong with a member that is no field. */
function wrongBeside({ entity, unknown }: Content, name: string, value: unknown): string[] {
  if (name === 'type') return value === entity.type ? [] : [`must be ${quote(entity.type)}, not ${textOf(value)}`];
  const isTheSame = unknown.some(([known, token]) => known === name && token === textOf(value));
  if (ENVELOPE.has(name) || isTheSame) return [];
  return [`is no field; the fields are ${entity.synced.map((known) => known.name).join(', ')}`];
}

/** A content with other tokens. It was changed now, unless they say another time. */
export function changedNow(content: Content, changes: ReadonlyMap<number, string>, now: number): Content {
  const { entity } = content;
  const updated = entity.indexOf.get(entity.updated) ?? -1;
  if (hasNoTimeOfChange(entity) || changes.has(updated)) return withTokens(content, changes);
  return withTokens(content, new Map([...changes, [updated, laterMoment(content, now)]]));
}

/** Whether the field that should say when a record was changed says when it was made. */
export function hasNoTimeOfChange({ updated, created }: Entity): boolean {
  return updated === created && updated !== CHANGED_AT;
}

/** Whether a field follows from the project that its record is in. */
export function isScope(field: Field): boolean {
  return field.kind === 'text' && (field.coordinate === 'scope' || field.coordinate === 'scope-id');
}

/** A value as JSON; the name of its type where it is none. */
function textOf(value: unknown): string {
  try {
    return toToken(value);
  } catch (error) {
    if (!(error instanceof JsonError)) throw error;
    return typeof value;
  }
}
