import { describeWaiting, listWaitingSettings } from '../../sync/accepted-settings.js';
import { Exporter } from '../../sync/export/exporter.js';
import { describeExport } from '../describe.js';
import { EXIT } from '../exit-codes.js';
import { failedBy } from '../failed-by.js';
import { isOn } from '../command.js';
import type { Command } from '../command.js';
import { warning } from '../outcome.js';
import { refusalOf } from '../refusal.js';

/** Writes what changed in the database to the files. */
export const run: Command = ({ context, options }) => {
  const place = context.place();
  const stats = new Exporter(context.store(), context.syncOptions()).export({
    full: isOn(options, 'full'),
    force: isOn(options, 'force'),
    unpublish: isOn(options, 'unpublish'),
    dryRun: isOn(options, 'dryRun'),
  });
  const error = refusalOf(stats.refused);
  return {
    status: EXIT.done,
    json: { project: place.projectPath, dir: place.dir, ...stats },
    text: [
      ...describeExport(stats, place.dir),
      ...describeWaiting(listWaitingSettings(context.store(), place)).map(warning),
    ],
    ...(error && failedBy(error)),
  };
};
