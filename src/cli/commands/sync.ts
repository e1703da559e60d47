import { existsSync } from 'node:fs';

import { SyncError } from '../../errors.js';
import { listTargets } from '../../store/target.js';
import { sync } from '../../sync.js';
import type { SyncOutcome } from '../../sync.js';
import type { Context, Place } from '../context.js';
import { count, describeExport, describeImport, describeInSync } from '../describe.js';
import { EXIT, statusOfError } from '../exit-codes.js';
import { isOn } from '../command.js';
import { failure, info, warning } from '../outcome.js';
import type { Command } from '../command.js';
import type { Block, ErrorReport, Outcome } from '../outcome.js';
import { describeRefusal } from '../refusal.js';

/** Brings both sides of one project, or of all, to the same. */
export const run: Command = ({ context, options }) => {
  const dryRun = isOn(options, 'dryRun');
  return isOn(options, 'all') ? syncAll(context, dryRun) : syncOne(context, context.place(), dryRun);
};

function syncOne(context: Context, place: Place, dryRun: boolean): Outcome {
  const outcome = sync(context.store(), { ...context.syncOptions(place), dryRun });
  const error = dryRun ? undefined : describeRefusal(outcome.export.refused);
  return {
    status: error === undefined ? statusOf(outcome) : EXIT.refused,
    json: { project: place.projectPath, dir: place.dir, ...outcome },
    text: [
      ...describeImport(outcome.import, place.dir),
      ...(error === undefined ? describeExport(outcome.export, place.dir) : []),
      ...(dryRun ? describeDryRun(outcome) : describeEnd(outcome)),
    ],
    error,
  };
}

/** A dry run imports nothing, so that its export finds the files' news unseen; only a real one can end out of step. */
function statusOf({ import: { total }, export: { dryRun }, inSync }: SyncOutcome): number {
  const needsAttention = total.rolledBack + total.orphaned + total.skipped > 0 || (!dryRun && !inSync);
  return needsAttention ? EXIT.attention : EXIT.done;
}

function describeDryRun({ export: { refused } }: SyncOutcome): Block[] {
  return refused.length === 0 ? [] : [info(`${count(refused.length, 'record')} would be imported before the export`)];
}

function describeEnd({ status, inSync }: SyncOutcome): Block[] {
  const problems = (status?.problems ?? []).map((problem) => failure(`problem: ${problem}`));
  return [...problems, describeInSync(inSync)];
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
    const { code, message, details, hint = null } = error;
    return { status: statusOfError(error), json: { project, dir }, text: [], error: { code, message, details, hint } };
  }
}

function describeError({ message, details, hint }: ErrorReport): Block[] {
  return [message, ...details.map((detail) => `  ${detail}`), ...(hint === null ? [] : [`hint: ${hint}`])].map(failure);
}
