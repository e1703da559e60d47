import { Option } from 'commander';

import { Importer } from '../../sync/import/importer.js';
import { MergeStrategy } from '../../sync/import/plan.js';
import { describeImport } from '../describe.js';
import { statusOfImport } from '../exit-codes.js';
import { orNothing } from '../outcome.js';
import { refuseNamed } from '../named.js';
import type { Outcome } from '../outcome.js';
import type { Session } from '../session.js';
import { dryRun } from '../options.js';
import { statsJson } from '../stats-json.js';
import { isOn } from '../verb.js';
import type { Invocation, Options, Verb } from '../verb.js';

export const verb: Verb = {
  about: 'All or nothing: a line that cannot be read stops it before anything is written.',
  options: [
    new Option('--strategy <strategy>', 'who wins between two versions that differ')
      .choices(Object.values(MergeStrategy))
      .default(MergeStrategy.ThreeWay),
    new Option('--force [record...]', "take the file's version of these records, or of all, even an old one"),
    new Option('--skip-invalid', 'import the other lines, and leave those that cannot be read in their files'),
    dryRun(),
  ],
  examples: [
    ['sc-sync import', 'merge field by field'],
    ['sc-sync import --strategy prefer-local', 'keep what the database has where both differ'],
    ['sc-sync import --force 6b1d', 'this old state of an issue is meant'],
  ],
  run,
};

/** Takes what is new in the files into the database. */
function run({ session, options }: Invocation): Outcome {
  const { dir, projectPath: project } = session.place();
  const { force } = options;
  const importer = new Importer(session.store(), {
    ...session.syncOptions(),
    strategy: force === true ? MergeStrategy.PreferExternal : strategyOf(options),
    forceIds: Array.isArray(force) ? force.map((name) => idOf(session, String(name))) : [],
    skipInvalid: isOn(options, 'skipInvalid'),
  });
  const stats = importer.importAll(dir, { dryRun: isOn(options, 'dryRun') });
  return {
    status: statusOfImport(stats),
    json: { project, dir, dryRun: stats.dryRun, ...statsJson(stats) },
    text: orNothing(describeImport(stats, session.called), 'nothing to import'),
  };
}

/** A record that is named may be one that only the files have. */
function idOf(session: Session, name: string): string {
  const named = { entity: undefined, name };
  return (session.names().find(name, { beside: () => session.namesInFiles() }) ?? refuseNamed(session, named)).id;
}

function strategyOf({ strategy }: Options): MergeStrategy {
  return Object.values(MergeStrategy).find((known) => known === strategy) ?? MergeStrategy.ThreeWay;
}
