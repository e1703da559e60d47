import { Option } from 'commander';

import { describeWaiting, listWaitingSettings } from '../../sync/accepted-settings.js';
import { withAttributes } from '../../git/set-up.js';
import { Exporter } from '../../sync/export/exporter.js';
import { describeExport } from '../describe.js';
import { EXIT } from '../exit-codes.js';
import { failedBy } from '../failed-by.js';
import { orNothing, warning } from '../outcome.js';
import { refusalOf } from '../refusal.js';
import { statsJson } from '../stats-json.js';
import type { Outcome } from '../outcome.js';
import { allowSecret, dryRun } from '../options.js';
import { isOn } from '../verb.js';
import type { Invocation, Verb } from '../verb.js';

export const verb: Verb = {
  about:
    'Overwrites no version that was never imported, and writes no value that looks like a secret: then nothing is written, the records are named, and the exit status is 6.',
  options: [
    new Option('--full', 'derive every line again, not only those of changed records'),
    new Option('--force', 'overwrite versions that were never imported; the old files are copied to .history first'),
    new Option('--unpublish', 'write deletions of records that are private now and were exported before'),
    allowSecret(),
    dryRun(),
  ],
  examples: [
    ['sc-sync export', 'changed records only'],
    ['sc-sync export --full --dry-run', 'would anything differ if all lines were made again?'],
  ],
  run,
};

/** Writes what changed in the database to the files. */
function run({ session, options }: Invocation): Outcome {
  const place = session.place();
  const exporter = new Exporter(session.store(), session.syncOptions());
  const stats = withAttributes(place.dir, () =>
    exporter.export({
      full: isOn(options, 'full'),
      force: isOn(options, 'force'),
      unpublish: isOn(options, 'unpublish'),
      dryRun: isOn(options, 'dryRun'),
    }),
  );
  const error = refusalOf(stats.refused, session.called);
  return {
    status: EXIT.done,
    json: { project: place.projectPath, dir: place.dir, dryRun: stats.dryRun, ...statsJson(stats) },
    text: [
      ...(error === undefined ? orNothing(describeExport(stats), 'nothing to export') : []),
      ...describeWaiting(listWaitingSettings(session.store(), place)).map(warning),
    ],
    ...(error && failedBy(error)),
  };
}
