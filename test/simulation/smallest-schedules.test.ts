import { cpSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

import { afterEach, beforeEach, expect, it } from 'vitest';

import { sync } from '../../src/sync/sync.js';
import type { SyncOutcome } from '../../src/sync/sync.js';
import { PROJECT, PROJECT_ID } from './record-shapes.js';
import { SimulatedDatabase } from './simulated-database.js';

// The smallest schedules in which a record that the files moved away from a deleted one went along with it.

let folder = '';
let here: SimulatedDatabase;
let there: SimulatedDatabase;
let time = 1_700_000_000_000;

beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'deleted-last-'));
  const template = join(folder, 'template.db');
  SimulatedDatabase.makeTemplate(template);
  const empty = { file: template, known: new Map(), lines: new Set<string>() };
  here = SimulatedDatabase.copyOf(empty, join(folder, 'here.db'));
  there = SimulatedDatabase.copyOf(empty, join(folder, 'there.db'));
});

afterEach(() => {
  here.close();
  there.close();
  rmSync(folder, { recursive: true, force: true });
});

const now = (): number => (time += 1000);

function syncOne(database: SimulatedDatabase): SyncOutcome {
  const dir = join(folder, database === here ? 'here' : 'there');
  return sync(database.store, { projectPath: PROJECT, dir, actor: 'me', now });
}

/** What one side has goes to the other one. */
function exchange(): SyncOutcome {
  syncOne(here);
  cpSync(join(folder, 'here'), join(folder, 'there'), { recursive: true, filter: (path) => !path.endsWith('.lock') });
  return syncOne(there);
}

function addSession(id: string): void {
  here.run(
    `INSERT INTO sessions (id, name, project_path, created_at, updated_at) VALUES (?, ?, ?, 1, 1)`,
    id,
    id,
    PROJECT,
  );
}

function addPlan(id: string): void {
  const columns = 'id, project_id, project_path, title, created_at, updated_at';
  here.run(`INSERT INTO plans (${columns}) VALUES (?, ?, ?, ?, 1, 1)`, id, PROJECT_ID, PROJECT, id);
}

function remove(table: string, id: string): void {
  here.run(`DELETE FROM ${table} WHERE id = ?`, id);
  here.fold();
  here.run(`UPDATE scsync_tombstones SET deleted_at = ? WHERE id = ?`, now(), id);
}

it('P3 an item that was moved to another session survives the deletion of the old one', () => {
  addSession('old');
  addSession('new');
  const columns = 'id, session_id, key, value, created_at, updated_at';
  here.run(`INSERT INTO context_items (${columns}) VALUES ('item', 'old', 'k', 'v', 1, 1)`);
  exchange();
  here.run(`UPDATE context_items SET session_id = 'new' WHERE id = 'item'`);
  syncOne(here);
  remove('sessions', 'old');
  const { import: stats, inSync } = exchange();
  expect(there.all(`SELECT session_id FROM context_items`)).toEqual([['new']]);
  expect(stats.total.conflicts).toBe(0);
  expect(inSync).toBe(true);
});

it('P3 a reference that was moved to another record survives the deletion of the old one', () => {
  addPlan('old');
  addPlan('new');
  const columns = 'id, project_path, title, plan_id, created_at, updated_at';
  here.run(`INSERT INTO issues (${columns}) VALUES ('issue', ?, 't', 'old', 1, 1)`, PROJECT);
  exchange();
  here.run(`UPDATE issues SET plan_id = 'new' WHERE id = 'issue'`);
  syncOne(here);
  remove('plans', 'old');
  const { import: stats, inSync } = exchange();
  expect(there.all(`SELECT plan_id FROM issues`)).toEqual([['new']]);
  expect(stats.total.conflicts).toBe(0);
  expect(inSync).toBe(true);
});
