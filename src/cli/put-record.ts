import { SyncError } from '../errors.js';
import { sameContent } from '../record/content.js';
import type { Content } from '../record/content.js';
import type { RecordObject } from '../record/object.js';
import type { Entity } from '../registry/entity.js';
import type { Records } from '../sync/records.js';
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
 * @param named the id that was said beside the values; without it the values may have one
 * @throws SyncError `bad_input` for an id that is no text, and what `Records.put` throws
 */
export function putRecord(
  records: Records,
  entity: Entity,
  named: string | undefined,
  values: RecordObject,
): PutRecord {
  const id = named ?? idIn(entity, values);
  const before = id === undefined ? undefined : records.get(entity.type, id);
  const written = records.put(entity.type, id, values);
  const content = records.get(entity.type, written.id) ?? written;
  if (before === undefined) return { action: 'created', content };
  return { action: sameContent(before, content) ? 'unchanged' : 'changed', content };
}

function idIn({ key }: Entity, values: RecordObject): string | undefined {
  const id = values[key];
  if (id === undefined || typeof id === 'string') return id;
  throw new SyncError('bad_input', `Cannot put the record: its ${key} must be a text, not ${jsonText(id)}`);
}
