import { Exporter } from '../../src/sync/export/exporter.js';
import { gitHistory } from '../../src/git/history.js';
import type { History } from '../../src/sync/file-history.js';
import type { ImportStats } from '../../src/sync/import/stats.js';
import { sync } from '../../src/sync/sync.js';
import { linesOf } from './clone.js';
import type { Clone } from './clone.js';
import { slotOf, valuesInLoss } from './knowledge.js';
import { miniHistory } from './mini-history.js';
import { deletedKeys, recordLines } from './merge-trees.js';
import { changedNames, sameTree } from './mini-git.js';
import { PROJECT } from './record-shapes.js';
import type { World } from './world.js';

/** What every call of the engine for a clone is given. */
export function engineOptions(
  world: World,
  clone: Clone,
): { projectPath: string; dir: string; actor: string; now: () => number; history?: History } {
  return {
    projectPath: PROJECT,
    dir: clone.dir,
    actor: clone.name,
    now: () => world.now(clone),
    ...(world.options.repositories === true && { history: gitHistory(clone.dir) }),
    ...(world.options.branches === true && { history: miniHistory(world, clone) }),
  };
}

/** Runs an export: it replaces nothing that the database has not read, and drops no record without a tombstone. */
export function exporting<T>(world: World, clone: Clone, body: () => T): T {
  const before = clone.files();
  const result = world.looking(clone, body);
  const after = clone.files();
  const lines = new Set(clone.lines());
  world.checks += 2;
  const old = new Set([...before.values()].flatMap(linesOf));
  for (const line of old) {
    if (lines.has(line) || clone.database.lines.has(line)) continue;
    world.fail('P1', `${clone.name}: an export overwrote ${line}, which was never read`);
  }
  for (const line of lines) if (!old.has(line)) clone.database.lines.add(line);
  const left = new Set(recordLines(after).map(({ type, id }) => `${type}/${id}`));
  const deleted = deletedKeys(after);
  for (const { type, id } of recordLines(before)) {
    const key = `${type}/${id}`;
    if (!left.has(key) && !deleted.has(key))
      world.fail('P2', `${clone.name}: ${key} left the files without a tombstone`);
  }
  return result;
}

/** Runs an import: a row goes only if the files have a tombstone of it, or of its session. */
export function importing<T>(world: World, clone: Clone, body: () => T): T {
  const before = clone.database.states();
  const deleted = deletedKeys(clone.files());
  const result = world.looking(clone, body);
  const after = clone.database.states();
  world.checks++;
  for (const [key, state] of before) {
    if (state.kind === 'deleted' || after.get(key)?.kind === 'present') continue;
    if (!deleted.has(key) && !deleted.has(`session/${state.session ?? ''}`)) {
      world.fail('P3', `${clone.name}: an import deleted ${key}, of which the files have no tombstone`);
    }
  }
  return result;
}

/** The lines of the files are now known to the database; those that wait for a parent are not. */
export function noteRead(
  world: World,
  clone: Clone,
  { notices: list }: ImportStats,
  lines: readonly string[] = clone.lines(),
): void {
  const orphans = list.filter(({ what }) => what === 'orphaned').map(({ id }) => `"id":"${id}"`);
  for (const line of lines) if (!orphans.some((id) => line.includes(id))) clone.database.lines.add(line);
  readJournal(world, clone);
}

function readJournal(world: World, clone: Clone): void {
  for (const [type, id, field, lost] of clone.database.all(`SELECT type, id, field, lost FROM scsync_journal`)) {
    const loss = { field: field === null ? null : String(field), base: null, kept: null, lost: String(lost) };
    for (const value of valuesInLoss(String(type), String(id), loss)) clone.journal.add(value);
  }
}

export function checkFixpoint(world: World, clone: Clone): void {
  const files = clone.files();
  const rows = clone.database.dump();
  world.time += 1;
  importing(world, clone, () => sync(clone.database.store, engineOptions(world, clone)));
  const again = clone.files();
  if (!sameTree(files, again)) world.fail('P12', `${clone.name}: a second sync changes ${changedNames(files, again)}`);
  const after = clone.database.dump();
  if (!sameTree(rows, after)) world.fail('P12', `${clone.name}: a second sync changes ${changedNames(rows, after)}`);
  const full = new Exporter(clone.database.store, engineOptions(world, clone)).export({ full: true });
  world.time -= 1;
  if (full.refused.length > 0) world.fail('P11', `${clone.name}: a full export is refused`);
  const third = clone.files();
  if (!sameTree(again, third)) world.fail('P11', `${clone.name}: a full export changes ${changedNames(again, third)}`);
}

/** Says where the rows and the files differ; a line that waits for its parent is no difference. */
export function checkAgreement(world: World, clone: Clone, orphans: ReadonlySet<string>): void {
  const states = clone.database.states();
  const lines = new Map(recordLines(clone.files()).map((entry) => [`${entry.type}/${entry.id}`, entry]));
  for (const key of new Set([...states.keys(), ...lines.keys()])) {
    const state = states.get(key);
    const versions = lines.get(key)?.versions ?? [];
    if (orphans.has(key.slice(key.indexOf('/') + 1))) continue;
    if (state?.kind !== 'present') {
      if (versions.length > 0) world.fail('P20', `${clone.name}: ${key} is in the files, and not in the database`);
      continue;
    }
    const [version] = versions;
    if (versions.length !== 1 || version?.kind !== 'present') {
      world.fail('P20', `${clone.name}: ${key} has ${versions.length} lines`);
      continue;
    }
    const found = valuesInLoss(state.type, state.id, { field: null, base: null, kept: null, lost: version.raw });
    const expected = [...state.values].flatMap(([field, values]) =>
      values.map((value) => `${slotOf(key, field)} ${value}`),
    );
    if ([...found].sort().join('\n') !== expected.sort().join('\n')) {
      world.fail('P20', `${clone.name}: ${key} differs in its file: ${found.join(', ')}; row: ${expected.join(', ')}`);
    }
  }
}
