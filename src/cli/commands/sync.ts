import { existsSync } from 'node:fs';

import { ERROR_EXIT_STATUS, SyncError } from '../../errors.js';
import { listTargets } from '../../store/target.js';
import { sync } from '../../sync.js';
import type { SyncOutcome } from '../../sync.js';
import type { Context, Place } from '../context.js';
import { count, describeExport, describeImport, describeInSync } from '../describe.js';
import { EXIT } from '../exit-codes.js';
import { failure, info, isOn, warning } from '../outcome.js';
import type { Block, Command, Outcome } from '../outcome.js';
import { describeRefusal } from '../refusal.js';

/** Brings both sides of one project, or of all, to the same. */
export const run: Command = ({ context, options }) => {
  const dryRun = isOn(options, 'dryRun');
  return isOn(options, 'all') ? syncAll(context, dryRun) : syncOne(context, context.place(), dryRun);
};

function syncOne(context: Context, place: Place, dryRun: boolean): Outcome {
  const outcome = sync(context.store(), { ...context.syncOptions(place), dryRun });
  const refusal = dryRun ? undefined : describeRefusal(outcome.export.refused);
  return {
    status: refusal === undefined ? statusOf(outcome) : EXIT.refused,
    json: { project: place.projectPath, dir: place.dir, ...outcome, ...(refusal && { error: refusal.error }) },
    text: [
      ...describeImport(outcome.import, place.dir),
      ...(refusal?.text ?? describeExport(outcome.export, place.dir)),
      ...(dryRun ? describeDryRun(outcome) : describeEnd(outcome)),
    ],
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
  const results = listTargets(context.store().sql).map(({ project, dir }): Outcome => {
    const place = { projectPath: project, dir };
    const head = info(`${project}:`, 'strong');
    if (!existsSync(dir)) {
      const gone = 'its folder is not there';
      return { status: EXIT.done, json: { project, dir, gone: true }, text: [head, warning(`${dir}: ${gone}`)] };
    }
    try {
      const outcome = syncOne(context, place, dryRun);
      return { ...outcome, text: [head, ...outcome.text] };
    } catch (error) {
      if (!(error instanceof SyncError)) throw error;
      return failed(place, head, error);
    }
  });
  return {
    status: results.map(({ status }) => status).sort((a, b) => b - a)[0] ?? EXIT.done,
    json: { projects: results.map(({ json }) => json) },
    text:
      results.length === 0
        ? [info('this database has no project with an export directory')]
        : results.flatMap(({ text }) => text),
  };
}

function failed({ projectPath: project, dir }: Place, head: Block, error: SyncError): Outcome {
  const { code, message, details, hint = null } = error;
  return {
    status: ERROR_EXIT_STATUS[code],
    json: { project, dir, error: { code, message, details, hint } },
    text: [
      head,
      failure(message),
      ...details.map((detail) => failure(`  ${detail}`)),
      ...(hint === null ? [] : [failure(`hint: ${hint}`)]),
    ],
  };
}
