import { join } from 'node:path';
import { SyncError } from '../../src/errors.js';
import { Exporter } from '../../src/sync/export/exporter.js';
import { Importer } from '../../src/sync/import/importer.js';
import type { MergeStrategy } from '../../src/sync/import/plan.js';
import { sync } from '../../src/sync/sync.js';
import type { SyncOutcome } from '../../src/sync/sync.js';
import { linesOf } from './clone.js';
import type { Clone } from './clone.js';
import { checkAgreement, checkFixpoint, engineOptions, exporting, importing, noteRead } from './engine-checks.js';
import { changedNames, sameTree } from './mini-git.js';
import { checkTold, dryRunSync } from './rehearsal.js';
import type { World } from './world.js';

export function exportFiles(world: World, clone: Clone, full: boolean): void {
  const stats = exporting(world, clone, () =>
    new Exporter(clone.database.store, engineOptions(world, clone)).export({ full }),
  );
  const refused = stats.refused.map(({ id }) => id);
  world.say(clone, `export${full ? ' --full' : ''}${refused.length > 0 ? ` refused for ${refused.join(', ')}` : ''}`);
}

export function importFiles(world: World, clone: Clone, strategy: MergeStrategy): void {
  const importer = new Importer(clone.database.store, { ...engineOptions(world, clone), strategy });
  const stats = importing(world, clone, () => importer.importAll(clone.dir));
  noteRead(world, clone, stats);
  world.say(clone, `import ${strategy}${notices(stats.notices)}`);
}

export function importFile(world: World, clone: Clone, pick: number): void {
  const names = [...clone.files().keys()];
  const name = names[pick % names.length];
  if (name === undefined) return;
  const importer = new Importer(clone.database.store, engineOptions(world, clone));
  const stats = importing(world, clone, () => importer.importFile(join(clone.dir, name)));
  noteRead(world, clone, stats, linesOf(clone.files().get(name)));
  world.say(clone, `import ${name}${notices(stats.notices)}`);
}

/** Dry runs, and an import that fails, leave everything as it was; what a dry sync says is what the next one does. */
export function dryRun(world: World, clone: Clone): void {
  const [files, rows] = [clone.files(), clone.database.dump()];
  const { store } = clone.database;
  const importer = new Importer(store, engineOptions(world, clone));
  new Exporter(store, engineOptions(world, clone)).export({ dryRun: true });
  importer.importAll(clone.dir, { dryRun: true });
  world.checks += 2;
  if (!sameTree(files, clone.files())) world.fail('P10', `${clone.name}: a dry run changes files`);
  if (!sameTree(rows, clone.database.dump())) world.fail('P10', `${clone.name}: a dry run changes the database`);
  clone.write(new Map([...files, ['time_entries.jsonl', '{"type":"time_entry","id":"bad"}\n']]));
  let failed = false;
  try {
    importer.importAll(clone.dir);
  } catch (error) {
    failed = error instanceof SyncError && error.code === 'bad_input';
  }
  clone.write(files);
  if (!failed) world.fail('P17', `${clone.name}: a bad line did not stop the import`);
  const after = clone.database.dump();
  if (!sameTree(rows, after)) world.fail('P17', `${clone.name}: a failed import changes ${changedNames(rows, after)}`);
  world.say(clone, 'dry runs');
  const told = dryRunSync(world, clone);
  checkTold(world, clone, told, syncFiles(world, clone));
}

export function syncFiles(world: World, clone: Clone, looksTwice = true): SyncOutcome {
  const outcome = importing(world, clone, () =>
    exporting(world, clone, () => {
      const before = clone.lines();
      const done = sync(clone.database.store, engineOptions(world, clone));
      noteRead(world, clone, done.import, before);
      return done;
    }),
  );
  clone.hasDiscarded = false;
  world.say(clone, `sync${notices(outcome.import.notices)}`);
  const { refused } = outcome.export;
  if (refused.length > 0) {
    world.fail('P20', `${clone.name}: sync refused ${refused.map(({ id }) => id).join(', ')}`);
    return outcome;
  }
  world.checks += 3;
  if (outcome.status?.inSync === false && outcome.import.total.orphaned === 0) {
    const { pendingExport, pendingImport } = outcome.status.entities.total;
    world.fail('P20', `${clone.name}: not in sync, ${pendingExport} to export, ${pendingImport} to import`);
  }
  const orphans = outcome.import.notices.filter(({ what }) => what === 'orphaned').map(({ id }) => id);
  checkAgreement(world, clone, new Set(orphans));
  if (looksTwice) checkFixpoint(world, clone);
  return outcome;
}

/** Whether the files have something that was never read. */
export function hasUnseen(world: World, clone: Clone): boolean {
  const stats = new Exporter(clone.database.store, engineOptions(world, clone)).export({ full: true, dryRun: true });
  return stats.refused.length > 0;
}

function notices(list: readonly { readonly what: string; readonly id: string }[]): string {
  return list.map(({ what, id }) => `, ${what} ${id}`).join('');
}
