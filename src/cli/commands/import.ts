import { Importer } from '../../sync/import/importer.js';
import { MergeStrategy } from '../../sync/import/plan.js';
import { describeImport } from '../describe.js';
import { statusOfImport } from '../exit-codes.js';
import { isOn } from '../command.js';
import type { Command, Options } from '../command.js';

/** Takes what is new in the files into the database. */
export const run: Command = ({ context, options }) => {
  const { dir, projectPath: project } = context.place();
  const { force } = options;
  const importer = new Importer(context.store(), {
    ...context.syncOptions(),
    strategy: force === true ? MergeStrategy.PreferExternal : strategyOf(options),
    forceIds: Array.isArray(force) ? force.map(String) : [],
    skipInvalid: isOn(options, 'skipInvalid'),
  });
  const stats = importer.importAll(dir, { dryRun: isOn(options, 'dryRun') });
  return {
    status: statusOfImport(stats),
    json: { project, dir, ...stats },
    text: describeImport(stats, dir),
  };
};

function strategyOf({ strategy }: Options): MergeStrategy {
  return Object.values(MergeStrategy).find((known) => known === strategy) ?? MergeStrategy.ThreeWay;
}
