import { diffSince } from '../../src/sync/diff.js';
import type { ImportStats } from '../../src/sync/import/stats.js';
import { Records } from '../../src/sync/records.js';
import type { RecordChange } from '../../src/record/change.js';
import { toJson } from '../../src/record/object.js';
import { sync } from '../../src/sync/sync.js';
import type { SyncOutcome } from '../../src/sync/sync.js';
import { linesOf } from './clone.js';
import type { Clone } from './clone.js';
import { engineOptions } from './engine-checks.js';
import { changedNames, sameTree } from './mini-git.js';
import { PROJECT } from './record-shapes.js';
import type { World } from './world.js';

/** What a dry sync said, and what there was before it. */
interface Told {
  readonly outcome: SyncOutcome;
  readonly changes: readonly RecordChange[];
  readonly records: ReadonlyMap<string, string>;
  readonly lines: ReadonlyMap<string, string>;
}

/** A dry sync, which changes nothing. */
export function dryRunSync(world: World, clone: Clone): Told {
  const [files, rows] = [clone.files(), clone.database.dump()];
  const changes: RecordChange[] = [];
  const onChange = (change: RecordChange): void => {
    changes.push(change);
  };
  const outcome = sync(clone.database.store, { ...engineOptions(world, clone), dryRun: true, onChange });
  world.checks += 2;
  if (!sameTree(files, clone.files())) world.fail('P10', `${clone.name}: a dry sync changes files`);
  const after = clone.database.dump();
  if (!sameTree(rows, after)) world.fail('P10', `${clone.name}: a dry sync changes ${changedNames(rows, after)}`);
  checkSince(world, clone, changes);
  return { outcome, changes, records: recordsOf(clone), lines: linesByRecord(clone) };
}

/** Against the files as they are a diff since them says the same of values, whatever lines stand there. */
function checkSince(world: World, clone: Clone, changes: readonly RecordChange[]): void {
  const found: string[] = [];
  const onChange = ({ type, id, record }: RecordChange): void => {
    found.push(`${type}/${id} ${record ?? ''}`);
  };
  diffSince(clone.database.store, { ...engineOptions(world, clone), onChange }, (name) =>
    linesOf(clone.files().get(name)),
  );
  const told = changes
    .filter(({ where, action, fields }) => where === 'files' && (action !== 'changed' || fields.length > 0))
    .map(({ type, id, record }) => ({ key: `${type}/${id}`, record: record ?? '' }));
  // A deletion that stands there already, beside the line or alone, is written anew at most.
  const lines = linesByRecord(clone);
  const isNews = (key: string): boolean => lines.get(key)?.includes('"entity_type"') === false;
  const allowed = new Set(told.map(({ key, record }) => `${key} ${record}`));
  const missing = told.filter(
    ({ key, record }) => (record !== '' || isNews(key)) && !found.includes(`${key} ${record}`),
  );
  world.checks++;
  const wrong = [...missing.map(({ key }) => key), ...found.filter((text) => !allowed.has(text))];
  if (wrong.length > 0)
    world.fail('P10', `${clone.name}: a diff since the files as they are differs in ${wrong.join()}`);
}

/** The sync that comes next does what the dry one told: each record in the database, each line of the files. */
export function checkTold(world: World, clone: Clone, told: Told, done: SyncOutcome): void {
  world.checks += 3;
  if (countsOf(told.outcome) !== countsOf(done)) {
    world.fail('P10', `${clone.name}: a dry sync counts ${countsOf(told.outcome)}, the sync ${countsOf(done)}`);
  }
  checkSide(world, clone, 'database', told, told.records, recordsOf(clone));
  checkSide(world, clone, 'files', told, told.lines, linesByRecord(clone));
}

function checkSide(
  world: World,
  clone: Clone,
  side: RecordChange['where'],
  { changes }: Told,
  before: ReadonlyMap<string, string>,
  after: ReadonlyMap<string, string>,
): void {
  const expected = new Map(before);
  const here = changes.filter(({ where }) => where === side);
  for (const { type, id, record, line } of here) {
    const is = side === 'files' ? line : (record ?? undefined);
    if (is === undefined) expected.delete(`${type}/${id}`);
    else expected.set(`${type}/${id}`, is);
  }
  const wrong = [...new Set([...expected.keys(), ...after.keys()])].filter(
    (key) => expected.get(key) !== after.get(key),
  );
  const idle = here.filter(({ type, id }) => before.get(`${type}/${id}`) === after.get(`${type}/${id}`));
  if (wrong.length > 0) world.fail('P10', `${clone.name}: a dry sync told nothing true of ${wrong.join()} in ${side}`);
  if (idle.length > 0 || new Set(here.map(({ type, id }) => `${type}/${id}`)).size < here.length) {
    world.fail(
      'P10',
      `${clone.name}: a dry sync told of ${here.map(({ id }) => id).join()} in ${side}, of some in vain`,
    );
  }
}

function countsOf({ import: imported, export: exported, inSync }: SyncOutcome): string {
  const notices = imported.notices.map(({ what, id }: ImportStats['notices'][number]) => `${what} ${id}`);
  const files = exported.files.map(({ name, size, lines }) => `${name} ${size} ${lines}`);
  return JSON.stringify([imported.total, exported.total, notices, files, inSync]);
}

function recordsOf({ database }: Clone): ReadonlyMap<string, string> {
  const records = new Records(database.store, PROJECT);
  return new Map(
    database.store.registry.entities.flatMap(({ type }) =>
      [...records.list(type)].map((content) => [`${type}/${content.id}`, toJson(content)] as const),
    ),
  );
}

/** All lines of each record, as text. */
function linesByRecord(clone: Clone): ReadonlyMap<string, string> {
  const lines = new Map<string, string>();
  for (const line of clone.lines()) {
    const key = keyOfLine(line);
    const others = lines.get(key);
    lines.set(key, others === undefined ? line : `${others}\n${line}`);
  }
  return lines;
}

function keyOfLine(line: string): string {
  const { type, id, entity_type, entity_id } = JSON.parse(line) as Readonly<Record<string, string>>;
  return `${type ?? entity_type ?? ''}/${id ?? entity_id ?? ''}`;
}
