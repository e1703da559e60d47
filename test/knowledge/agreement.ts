import { expect } from 'vitest';
import { filesOf } from '../sync/helpers.js';
import type { Replica } from '../sync/helpers.js';

const OF_SESSIONS = (table: string): string =>
  `SELECT x.id FROM ${table} x JOIN sessions s ON s.id = x.session_id WHERE s.project_path = :project`;
const OWN = (table: string): string => `SELECT id FROM ${table} WHERE project_path = :project`;

/** Where the rows of a project are, and the file of their lines. */
const ROWS: readonly (readonly [file: string, query: string])[] = [
  ['sessions.jsonl', OWN('sessions')],
  ['plans.jsonl', OWN('plans')],
  ['issues.jsonl', OWN('issues')],
  ['context_items.jsonl', OF_SESSIONS('context_items')],
  ['memories.jsonl', OWN('project_memory')],
  ['checkpoints.jsonl', OF_SESSIONS('checkpoints')],
  ['time_entries.jsonl', OWN('time_entries')],
];

const idOf = (line: string): unknown => (JSON.parse(line) as { readonly id: string }).id;

/** Expects that the files have exactly the project's rows, no deletion of one, and that a full export agrees. */
export function expectAgreement(replica: Replica, dir = replica.dir): void {
  const files = filesOf(dir);
  const deleted = new Set(replica.deletions());
  for (const [file, query] of ROWS) {
    const ids = (files[file] ?? '').split('\n').filter(Boolean).map(idOf);
    const rows = replica.rows(query).map(([id]) => id);
    expect(ids.toSorted(), file).toEqual(rows.toSorted());
    const type = file === 'memories.jsonl' ? 'memory' : file.replace('ies.jsonl', 'y').replace('s.jsonl', '');
    for (const id of ids) expect(deleted.has(`${type}/${String(id)}`), `${type}/${String(id)}`).toBe(false);
  }
  expect(replica.export({ full: true }).files).toEqual([]);
}
