import { SyncError } from '../errors.js';
import type { Content } from '../record/content.js';
import { saidTimes, withImplied } from '../record/implied.js';
import type { RecordObject } from '../record/object.js';
import type { Entity } from '../registry/entity.js';
import type { Records } from '../sync/records.js';
import { changesTo } from './field-values.js';
import { isScope } from './is-scope.js';
import { jsonText } from './json-text.js';

/** What a put made of a record. */
export interface PutRecord {
  readonly action: 'created' | 'changed' | 'unchanged';
  /** As the database has it now. */
  readonly content: Content;
}

/**
 * Makes a record, or changes the given fields of one.
 *
 * @param named the id that was said beside the values.
 * @throws SyncError `bad_input` for another type or id in the values, and what `Records.put` throws.
 */
export function putRecord(
  records: Records,
  projectPath: string,
  entity: Entity,
  named: string | undefined,
  values: RecordObject,
): PutRecord {
  const id = idOf(entity, named, values);
  const before = id === undefined ? undefined : records.get(entity.type, id);
  const others = withoutScope(entity, values, projectPath);
  const changes = before === undefined ? others : changesTo(before, withImplied(before, others, Date.now()));
  if (before !== undefined && Object.keys(changes).length === 0) return { action: 'unchanged', content: before };
  const written = records.put(entity.type, id, { ...saidTimes(entity, others), ...changes });
  const content = records.get(entity.type, written.id) ?? written;
  return { action: before === undefined ? 'created' : 'changed', content };
}

/** The id, from the call or from the values; they must not contradict it, nor name another type. */
function idOf(entity: Entity, given: string | undefined, values: RecordObject): string | undefined {
  const { type } = values;
  if (type !== undefined && type !== entity.type) {
    throw new SyncError(
      'bad_input',
      `Cannot put the record: its type must be ${JSON.stringify(entity.type)}, not ${JSON.stringify(type)}`,
    );
  }
  const named = values[entity.key];
  if (named === undefined) return given;
  if (typeof named !== 'string' || (given !== undefined && given !== named)) {
    throw new SyncError(
      'bad_input',
      `Cannot put the record: its ${entity.key} must be ${given ?? 'a text'}, not ${jsonText(named)}`,
    );
  }
  return named;
}

/** A record stays in its project, so its coordinates are not taken from what is put. */
function withoutScope(entity: Entity, values: RecordObject, projectPath: string): RecordObject {
  const scoped = new Set(entity.synced.filter(({ field }) => isScope(field)).map(({ name }) => name));
  const moved = Object.entries(values).find(
    ([name, value]) => scoped.has(name) && value !== '.' && value !== projectPath,
  );
  if (moved !== undefined) {
    throw new SyncError('bad_input', `${moved[0]}: a record is put into its own project, ${projectPath}`, {
      hint: 'leave the field out, or say --project',
    });
  }
  return Object.fromEntries(
    Object.entries(values).filter(([name]) => !scoped.has(name) && name !== 'type' && name !== entity.key),
  );
}
