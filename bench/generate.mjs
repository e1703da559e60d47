/**
 * Makes a database with a project of N records, always the same for the same seed:
 *
 *     node bench/generate.mjs --out FILE [--n 30000] [--seed 1] [--project PATH] [--no-tracking]
 */
import { rmSync } from 'node:fs';
import { pathToFileURL } from 'node:url';
import { parseArgs } from 'node:util';

import { Store } from '../dist/index.js';
import { connect } from '../dist/store/connect.js';
import { upgradeSchema } from '../dist/savecontext/upgrade.js';
import { Sql } from '../dist/store/sql.js';
import { Prose, Random } from './random.mjs';

/** @import { SqlValue } from '../dist/index.js' */

/** @typedef {Readonly<ReturnType<typeof countsOf>>} Counts */

/** The time of the first record, Unix milliseconds. */
const START = Date.UTC(2025, 0, 1);

/**
 * The share of each table in the records of a project; context items are what is left.
 */
const SHARES = Object.freeze({
  sessions: 0.02,
  issues: 0.15,
  project_memory: 0.05,
  checkpoints: 0.03,
  plans: 0.02,
  time_entries: 0.03,
});

/**
 * How many rows each entity's table gets.
 *
 * @param {number} n
 */
export function countsOf(n) {
  const part = (/** @type {number} */ share) => Math.max(1, Math.round(n * share));
  const counts = {
    sessions: part(SHARES.sessions),
    issues: part(SHARES.issues),
    project_memory: part(SHARES.project_memory),
    checkpoints: part(SHARES.checkpoints),
    plans: part(SHARES.plans),
    time_entries: part(SHARES.time_entries),
  };
  const others = Object.values(counts).reduce((sum, count) => sum + count, 0);
  return { ...counts, context_items: Math.max(1, n - others) };
}

/**
 * Makes the database. An older one at that path is replaced.
 *
 * @param {string} path
 * @param {number} n
 * @param {number} [seed]
 * @param {{ readonly project?: string, readonly tracking?: boolean, readonly counts?: Counts }} [options] `project` is the
 * project's path; without `tracking` only the schema of SaveContext is there, with its own triggers
 */
export function generate(path, n, seed = 1, options = {}) {
  const { project = '/projects/bench', tracking = true, counts = countsOf(n) } = options;
  for (const suffix of ['', '-wal', '-shm']) rmSync(`${path}${suffix}`, { force: true });
  const sql = new Sql(connect(path, { create: true }));
  try {
    upgradeSchema(sql, START);
    sql.transaction('immediate', () => {
      withoutTriggers(sql, () => {
        fill(sql, new Random(seed), counts, project);
      });
      for (const table of ['sessions', 'issues', 'context_items', 'plans', 'time_entries']) {
        sql.run(`INSERT INTO dirty_${table} SELECT id, ${START} FROM ${table}`);
      }
    });
  } finally {
    sql.close();
  }
  if (tracking) Store.open(path, { create: true }).close();
  flush(path);
}

/**
 * Moves the write-ahead log into the file, which can then be copied: a driver may do that only when it collects garbage.
 *
 * @param {string} path
 */
function flush(path) {
  const database = connect(path, { create: false });
  database.exec('PRAGMA wal_checkpoint(TRUNCATE)');
  database.close();
}

/**
 * Triggers take most of the time, and one of them writes the time of today.
 *
 * @param {Sql} sql
 * @param {() => void} body
 */
function withoutTriggers(sql, body) {
  const triggers = sql.all(`SELECT name, sql FROM sqlite_master WHERE type = 'trigger'`);
  for (const [name] of triggers) sql.exec(`DROP TRIGGER ${String(name)}`);
  body();
  for (const [, ddl] of triggers) sql.exec(String(ddl));
}

/**
 * @param {Sql} sql
 * @param {Random} random
 * @param {Counts} counts
 * @param {string} project
 */
function fill(sql, random, counts, project) {
  const prose = new Prose(random);
  const id = (/** @type {string} */ prefix) => `${prefix}${random.hex(8)}-${random.hex(4)}`;
  const maybe = (/** @type {number} */ probability, /** @type {() => SqlValue} */ make) =>
    random.chance(probability) ? make() : null;
  let clock = START;
  const tick = () => (clock += 1000 + random.below(60_000));
  const insert = (/** @type {string} */ table, /** @type {Record<string, SqlValue>} */ row) => {
    const names = Object.keys(row);
    sql.run(
      `INSERT INTO ${table} (${names.join(', ')}) VALUES (${names.map(() => '?').join(', ')})`,
      ...Object.values(row),
    );
  };
  /** @type {(prefix: string, count: number, write: (id: string, at: number, index: number) => void) => string[]} */
  const records = (prefix, count, write) =>
    Array.from({ length: count }, (_, index) => {
      const key = id(prefix);
      write(key, tick(), index);
      return key;
    });
  const one = (/** @type {readonly string[]} */ keys) => keys[random.below(keys.length)] ?? null;

  const projectId = id('proj_');
  insert('projects', {
    ...{ id: projectId, project_path: project, name: 'bench', issue_prefix: 'BE', plan_prefix: 'BP' },
    ...{ created_at: START, updated_at: START },
  });

  const sessions = records('sess_', counts.sessions, (key, at) => {
    const ended = random.chance(0.8) ? at + 3_600_000 : null;
    insert('sessions', {
      ...{
        id: key,
        name: prose.title(),
        description: maybe(0.5, () => prose.value()),
        branch: maybe(0.7, () => 'main'),
      },
      ...{
        channel: 'general',
        project_path: project,
        status: ended === null ? 'active' : 'completed',
        ended_at: ended,
      },
      ...{ created_at: at, updated_at: ended ?? at },
    });
    insert('session_projects', { session_id: key, project_path: project, added_at: at });
    if (random.chance(0.1)) {
      insert('session_projects', { session_id: key, project_path: `${project}/packages/core`, added_at: at });
    }
  });

  const plans = records('plan_', counts.plans, (key, at, index) => {
    insert('plans', {
      ...{ id: key, short_id: `BP-${index}`, project_id: projectId, project_path: project, title: prose.title() },
      ...{ content: prose.value(), status: random.pick(['draft', 'active', 'completed']) },
      ...{ success_criteria: maybe(0.5, () => prose.title()), session_id: maybe(0.5, () => one(sessions)) },
      ...{ created_in_session: one(sessions), created_at: at, updated_at: at },
    });
  });

  /** @type {string[]} */
  const issues = [];
  records('issue_', counts.issues, (key, at, index) => {
    const closed = random.chance(0.4) ? at + 86_400_000 : null;
    insert('issues', {
      ...{ id: key, short_id: `BE-${index}`, project_path: project, title: prose.title(), description: prose.value() },
      ...{ details: maybe(0.3, () => prose.value()), status: closed === null ? 'open' : 'closed' },
      ...{ priority: random.below(5), issue_type: random.pick(['task', 'bug', 'feature', 'epic']) },
      ...{ plan_id: maybe(0.3, () => one(plans)), created_by_agent: 'bench', created_in_session: one(sessions) },
      ...{ closed_by_agent: closed === null ? null : 'bench', close_reason: closed === null ? null : 'done' },
      ...{ created_at: at, updated_at: closed ?? at, closed_at: closed },
    });
    for (const label of LABELS) {
      if (random.chance(0.2)) insert('issue_labels', { id: id('label_'), issue_id: key, label });
    }
    for (const other of new Set([one(issues), one(issues)])) {
      if (other === null || !random.chance(0.4)) continue;
      insert('issue_dependencies', {
        ...{ id: id('dep_'), issue_id: key, depends_on_id: other, dependency_type: 'blocks', created_at: at },
      });
    }
    issues.push(key);
  });

  const items = records('item_', counts.context_items, (key, at, index) => {
    const value = prose.value();
    insert('context_items', {
      ...{ id: key, session_id: one(sessions), key: `item ${index}`, value, category: random.pick(CATEGORIES) },
      ...{ priority: random.pick(['normal', 'high', 'low']), channel: 'general', tags: random.pick(TAGS) },
      ...{ size: Buffer.byteLength(value), created_at: at, updated_at: at },
    });
  });

  records('mem_', counts.project_memory, (key, at, index) => {
    insert('project_memory', {
      ...{ id: key, project_path: project, key: `memory ${index}`, value: prose.value() },
      ...{ category: random.pick(['command', 'config', 'note']), created_at: at, updated_at: at },
    });
  });

  records('ckpt_', counts.checkpoints, (key, at) => {
    const members = new Set(Array.from({ length: 3 + random.below(8) }, () => one(items)));
    insert('checkpoints', {
      ...{ id: key, session_id: one(sessions), name: prose.title(), description: maybe(0.5, () => prose.value()) },
      ...{ git_branch: 'main', item_count: members.size, total_size: 240 * members.size, created_at: at },
    });
    for (const item of members) {
      insert('checkpoint_items', { id: id('cpitem_'), checkpoint_id: key, context_item_id: item, group_order: 0 });
    }
  });

  records('time_', counts.time_entries, (key, at, index) => {
    const day = new Date(at).toISOString().slice(0, 10);
    insert('time_entries', {
      ...{ id: key, short_id: `TE-${index}`, project_path: project, issue_id: maybe(0.8, () => one(issues)) },
      ...{ period: day.slice(0, 7), hours: (1 + random.below(32)) / 4, description: prose.title(), work_date: day },
      ...{ status: 'logged', actor: 'bench', created_at: at, updated_at: at },
    });
  });
}

const LABELS = ['backend', 'frontend', 'größer', 'needs-review'];
/** @type {[string, string, string, string]} */
const CATEGORIES = ['note', 'task', 'decision', 'progress'];
/** @type {[string, string, string]} */
const TAGS = ['[]', '["sync"]', '["sync","über"]'];

if (process.argv[1] !== undefined && import.meta.url === pathToFileURL(process.argv[1]).href) {
  const { values } = parseArgs({
    options: {
      out: { type: 'string' },
      n: { type: 'string', default: '30000' },
      seed: { type: 'string', default: '1' },
      project: { type: 'string', default: '/projects/bench' },
      'no-tracking': { type: 'boolean', default: false },
    },
  });
  if (values.out === undefined) throw new Error('--out FILE is missing');
  generate(values.out, Number(values.n), Number(values.seed), {
    project: values.project,
    tracking: !values['no-tracking'],
  });
}
