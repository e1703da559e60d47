import { compareContents } from './compare.js';
import type { FieldChange } from './compare.js';
import type { Content } from './content.js';
import { toJson } from './object.js';
import type { Deleted } from './version.js';

/** What a side has of a record; undefined where it has nothing, not even its deletion. */
export type RecordState = Content | 'deleted' | undefined;

/** What became of a record. `restored`: it had been deleted or was missing. `removed`: it is gone, and nothing says that it was deleted. */
export type ChangeAction = 'created' | 'changed' | 'deleted' | 'restored' | 'removed';

/** What became of one record, as plain data. */
export interface RecordChange {
  /** Whether it is the row that changes, or what the files say. */
  readonly where: 'database' | 'files';
  readonly type: string;
  readonly id: string;
  readonly action: ChangeAction;
  /** For `changed` alone. Without any, the record's line is written anew with the same values. */
  readonly fields: readonly FieldChange[];
  /** The record as it is then, a canonical JSON object; null when it is gone. */
  readonly record: string | null;
  /** For `files`: the line that they have of it then, a deletion's too. */
  readonly line?: string;
}

/** What a version says of its record. */
export function stateOf(version: Deleted | { readonly content: Content }): RecordState {
  return 'content' in version ? version.content : 'deleted';
}

/** What lies between two states of a record. */
export function changeBetween(before: RecordState, after: RecordState): Pick<RecordChange, 'action' | 'fields'> {
  if (after === undefined) return { action: 'removed', fields: [] };
  if (after === 'deleted') return { action: 'deleted', fields: [] };
  if (before === undefined) return { action: 'created', fields: [] };
  if (before === 'deleted') return { action: 'restored', fields: [] };
  return { action: 'changed', fields: compareContents(before, after) };
}

/** The same with the record's name and what it is afterwards. */
export function changeOf(
  { type, id }: Pick<RecordChange, 'type' | 'id'>,
  before: RecordState,
  after: RecordState,
): Omit<RecordChange, 'where'> {
  const record = after === undefined || after === 'deleted' ? null : toJson(after);
  return { type, id, ...changeBetween(before, after), record };
}
