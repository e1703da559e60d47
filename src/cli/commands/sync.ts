import { existsSync } from 'node:fs';

import { SyncError } from '../../errors.js';
import { listTargets } from '../../store/knowledge/target.js';
import { sync } from '../../sync/sync.js';
import type { Context, Place } from '../context.js';
import { describeExport, describeImport, describeInSync } from '../describe.js';
import { EXIT, statusOfSync } from '../exit-codes.js';
import { failedBy } from '../failed-by.js';
import { isOn } from '../command.js';
import { failure, info, warning } from '../outcome.js';
import type { Command } from '../command.js';
import type { Block, ErrorReport, Outcome } from '../outcome.js';
import { refusalOf } from '../refusal.js';

/** Brings both sides of one project, or of all, to the same. */
export const run: Command = ({ context, options }) => {
  const dryRun = isOn(options, 'dryRun');
  return isOn(options, 'all') ? syncAll(context, dryRun) : syncOne(context, context.place(), dryRun);
};

function syncOne(context: Context, place: Place, dryRun: boolean): Outcome {
  const outcome = sync(context.store(), { ...context.syncOptions(place), dryRun });
  const error = refusalOf(outcome.export.refused);
  const problems = outcome.status?.problems ?? context.store().problems();
  return {
    status: statusOfSync(outcome),
    json: { project: place.projectPath, dir: place.dir, ...outcome },
    text: [
      ...describeImport(outcome.import, place.dir),
      ...describeExport(outcome.export, place.dir),
      ...problems.map((problem) => failure(`problem: ${problem}`)),
      describeInSync(outcome.inSync, dryRun),
    ],
    ...(error && failedBy(error)),
  };
}

/** One project that fails does not keep the others from being synced. */
function syncAll(context: Context, dryRun: boolean): Outcome {
  const targets = listTargets(context.store().sql);
  const results = targets.map(({ project, dir }) => syncTarget(context, { projectPath: project, dir }, dryRun));
  return {
    status: Math.max(EXIT.done, ...results.map(({ status }) => status)),
    json: { projects: results.map(({ json, error }) => ({ ...json, error })) },
    text: [
      ...(results.length === 0 ? [info('this database has no project with an export directory')] : []),
      ...results.flatMap(({ text, error }, index) => [
        info(`${targets[index]?.project ?? ''}:`, 'strong'),
        ...text,
        ...(error === undefined ? [] : describeError(error)),
      ]),
    ],
  };
}

function syncTarget(context: Context, place: Place, dryRun: boolean): Outcome {
  const { projectPath: project, dir } = place;
  if (!existsSync(dir)) {
    return {
      status: EXIT.done,
      json: { project, dir, gone: true },
      text: [warning(`${dir}: the folder is not there`)],
    };
  }
  try {
    return syncOne(context, place, dryRun);
  } catch (error) {
    if (!(error instanceof SyncError)) throw error;
    return { json: { project, dir }, text: [], ...failedBy(error) };
  }
}

function describeError({ message, details, hint }: ErrorReport): Block[] {
  return [message, ...details.map((detail) => `  ${detail}`), ...(hint === null ? [] : [`hint: ${hint}`])].map(failure);
}
