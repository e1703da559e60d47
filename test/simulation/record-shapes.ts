import type { SqlValue } from '../../src/store/database.js';

/** Columns that move together; every write of one gives all of them the same number, or null. */
export interface GroupShape {
  /** The column whose value is never null and never the same twice. */
  readonly column: string;
  readonly others: readonly string[];
}

/** A set of texts that a record owns: rows of a child table, or a JSON array in a column. */
export type SetShape =
  | { readonly field: string; readonly column: string }
  | { readonly field: string; readonly table: string; readonly owner: string; readonly element: string };

/** What a schedule does with the records of one type: the values that are written and followed to the end. */
export interface RecordShape {
  readonly type: string;
  readonly table: string;
  readonly idPrefix: string;
  readonly scalars: readonly string[];
  readonly group?: GroupShape;
  readonly set?: SetShape;
  /** The record lies under a session. */
  readonly inSession?: true;
  /** The record has a key that no other one of its session, or else of its project, has. */
  readonly keyed?: true;
  /** The column that an edit raises; a checkpoint has none. */
  readonly updated?: string;
  /** Columns that a new row needs beside those above. */
  readonly required?: Readonly<Record<string, SqlValue>>;
}

/** The project's path in every database. */
export const PROJECT = '/projects/simulated';
/** The id of the project's row. */
export const PROJECT_ID = 'proj_simulated';

const setOf = (table: string, owner: string, field: string, element: string): SetShape => ({
  field,
  table,
  owner,
  element,
});

/** The types that schedules use. */
export const SHAPES: readonly RecordShape[] = [
  {
    type: 'session',
    table: 'sessions',
    idPrefix: 'sess_',
    scalars: ['name', 'description'],
    group: { column: 'status', others: ['ended_at'] },
    set: setOf('session_projects', 'session_id', 'projects', 'project_path'),
    updated: 'updated_at',
    required: { project_path: PROJECT },
  },
  {
    type: 'plan',
    table: 'plans',
    idPrefix: 'plan_',
    scalars: ['title', 'success_criteria'],
    group: { column: 'status', others: ['completed_at'] },
    updated: 'updated_at',
    required: { project_path: PROJECT, project_id: PROJECT_ID },
  },
  {
    type: 'issue',
    table: 'issues',
    idPrefix: 'issue_',
    scalars: ['title', 'details'],
    group: { column: 'status', others: ['closed_at', 'close_reason'] },
    set: setOf('issue_labels', 'issue_id', 'labels', 'label'),
    updated: 'updated_at',
    required: { project_path: PROJECT },
  },
  {
    type: 'context_item',
    table: 'context_items',
    idPrefix: 'item_',
    scalars: ['category', 'channel'],
    group: { column: 'value', others: ['size'] },
    set: { field: 'tags', column: 'tags' },
    inSession: true,
    keyed: true,
    updated: 'updated_at',
  },
  {
    type: 'memory',
    table: 'project_memory',
    idPrefix: 'mem_',
    scalars: ['value', 'category'],
    keyed: true,
    updated: 'updated_at',
    required: { project_path: PROJECT },
  },
  {
    type: 'checkpoint',
    table: 'checkpoints',
    idPrefix: 'ckpt_',
    scalars: ['name', 'description'],
    inSession: true,
  },
];

/** What a column of a group holds after the edit number `n`, or after one that sets it to null. */
export function groupValue(column: string, n: number | null): SqlValue {
  if (n === null) return null;
  return column === 'close_reason' ? `reason ${n}` : n;
}

/** The shape of a type. */
export function shapeOf(type: string): RecordShape {
  const shape = SHAPES.find((candidate) => candidate.type === type);
  if (shape === undefined) throw new Error(`schedules use no records of type ${type}`);
  return shape;
}
