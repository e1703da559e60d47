import { formatLine, formatTombstone } from '../../src/format/format.js';
import type { ProjectCoordinates } from '../../src/format/format.js';
import { parseLine } from '../../src/format/parse.js';
import type { Content } from '../../src/record/content.js';
import { toToken } from '../../src/record/object.js';
import type { RecordObject } from '../../src/record/object.js';
import { deleted } from '../../src/record/version.js';
import type { Deleted, FileVersion, PathForm, Present } from '../../src/record/version.js';
import { savecontext } from '../../src/savecontext/registry.js';
import type { EntityType } from '../../src/savecontext/records.js';

/** Where the project of the tests lies. */
export const HERE: ProjectCoordinates = { project: '/projects/atlas', scopeId: 'proj_atlas' };

const TIMES = { created_at: 100, updated_at: 200 } as const;

/** A valid record of each type, coordinates in portable form. */
const SAMPLES: Readonly<Record<EntityType, RecordObject>> = {
  session: { id: 'sess_1', name: 'first', project_path: '.', status: 'active', ...TIMES },
  plan: { id: 'plan_1', project_id: '.', project_path: '.', title: 'plan', status: 'draft', ...TIMES },
  issue: {
    id: 'issue_1',
    project_path: '.',
    title: 'title',
    status: 'open',
    priority: 2,
    issue_type: 'task',
    ...TIMES,
  },
  context_item: { id: 'item_1', session_id: 'sess_1', key: 'k', value: 'v', category: 'note', size: 1, ...TIMES },
  memory: { id: 'mem_1', project_path: '.', key: 'k', value: 'v', category: 'command', ...TIMES },
  checkpoint: { id: 'ckpt_1', session_id: 'sess_1', name: 'checkpoint', created_at: 100, item_count: 0 },
  time_entry: {
    id: 'time_1',
    project_path: '.',
    hours: 1.5,
    description: 'work',
    work_date: '2026-01-31',
    status: 'logged',
    ...TIMES,
  },
};

/** The object of a valid record with some fields changed. */
export function sampleObject(type: EntityType, changes: RecordObject = {}): RecordObject {
  return { type, ...SAMPLES[type], ...changes };
}

/** The content of {@link sampleObject}. */
export function sample(type: EntityType, changes: RecordObject = {}): Content {
  return readLine(toToken({ ...sampleObject(type, changes), v: 1, exported_at: '2026-01-01T00:00:00Z' })).content;
}

/** A line as it is read from a file. */
export function readLine(raw: string): FileVersion<Present> {
  const version = parseLine(savecontext, raw);
  if (version.kind !== 'present') throw new Error(`expected a record's line, found ${version.kind}: ${raw}`);
  return version;
}

/** The line that a content is written as, read again. */
export function lineOf(content: Content, stamp: number, form: PathForm = 'portable'): FileVersion<Present> {
  return readLine(formatLine(content, stamp, form, HERE));
}

/** A line whose hash does not fit, as after an edit by hand. */
export function editedLineOf(content: Content, stamp: number): FileVersion<Present> {
  return readLine(
    lineOf(content, stamp).raw.replace(/"content_hash":"[0-9a-f]{64}"/, `"content_hash":"${'0'.repeat(64)}"`),
  );
}

/** A tombstone as it is read from a file. */
export function tombstoneOf(type: EntityType, id: string, stamp: number, by = 'ann'): FileVersion<Deleted> {
  const raw = formatTombstone(deleted({ type, id }, stamp, by), 'portable', HERE.project);
  const version = parseLine(savecontext, raw);
  if (version.kind !== 'deleted') throw new Error(`expected a tombstone, found ${version.kind}: ${raw}`);
  return version;
}
