import { Exporter } from '../../export/exporter.js';
import { describeExport } from '../describe.js';
import { EXIT } from '../exit-codes.js';
import { isOn } from '../outcome.js';
import type { Command } from '../outcome.js';
import { describeRefusal } from '../refusal.js';

/** Writes what changed in the database to the files. */
export const run: Command = ({ context, options }) => {
  const place = context.place();
  const stats = new Exporter(context.store(), context.syncOptions()).export({
    full: isOn(options, 'full'),
    force: isOn(options, 'force'),
    unpublish: isOn(options, 'unpublish'),
    dryRun: isOn(options, 'dryRun'),
  });
  const refusal = describeRefusal(stats.refused);
  return {
    status: refusal === undefined ? EXIT.done : EXIT.refused,
    json: { project: place.projectPath, dir: place.dir, ...stats, ...(refusal && { error: refusal.error }) },
    text: refusal?.text ?? describeExport(stats, place.dir),
  };
};
