import { Option } from 'commander';

import { existsSync } from 'node:fs';
import { dirname } from 'node:path';

import { SyncError } from '../../errors.js';
import { withAttributes } from '../../git/set-up.js';
import { listTargets } from '../../store/knowledge/target.js';
import { sync } from '../../sync/sync.js';
import { callOf } from '../call.js';
import { shellWord } from '../../git/shell-words.js';
import type { Place } from '../find-place.js';
import type { Session } from '../session.js';
import { describeExport, describeImport, describeInSync, nextConflicts } from '../describe.js';
import { EXIT, statusOfSync } from '../exit-codes.js';
import { failedBy } from '../failed-by.js';
import { failure, info, warning } from '../outcome.js';
import type { Block, ErrorReport, Outcome } from '../outcome.js';
import { errorJson } from '../outcome-json.js';
import { otherProjects } from '../other-projects.js';
import { refusalOf } from '../refusal.js';
import { syncJson } from '../stats-json.js';
import { allowSecret, dryRun } from '../options.js';
import { isOn } from '../verb.js';
import type { Invocation, Verb } from '../verb.js';

export const verb: Verb = {
  about: 'The everyday verb.',
  options: [
    allowSecret(),
    dryRun(),
    new Option('--all', 'every project that this database has an export directory for'),
  ],
  examples: [
    ['sc-sync sync', 'after a pull and before a commit'],
    ['sc-sync sync --all --quiet', 'all projects; only what needs attention is written'],
  ],
  run,
};

/** Brings both sides of one project, or of all, to the same. */
function run({ session, options }: Invocation): Outcome {
  const dryRun = isOn(options, 'dryRun');
  if (isOn(options, 'all')) return syncAll(session, dryRun);
  const place = session.place();
  const outcome = syncOne(session, place, dryRun);
  const others = otherProjects(session, place);
  return { ...outcome, json: { ...outcome.json, ...others.json }, text: [...outcome.text, ...others.text] };
}

function syncOne(session: Session, place: Place, dryRun: boolean): Outcome {
  const options = { ...session.syncOptions(place), dryRun };
  const outcome = withAttributes(place.dir, () => sync(session.store(), options));
  const error = refusalOf(outcome.export.refused, session.called);
  const problems = outcome.status?.problems ?? session.store().problems();
  return {
    status: statusOfSync(outcome),
    json: { project: place.projectPath, dir: place.dir, dryRun, ...syncJson(outcome, problems) },
    text: [
      ...describeImport(outcome.import, session.called),
      ...describeExport(outcome.export),
      ...problems.map((problem) => failure(`problem: ${problem}`)),
      describeInSync(outcome.inSync, dryRun),
      ...(outcome.import.total.conflicts === 0 || dryRun ? [] : [nextConflicts(session)]),
    ],
    ...(error && failedBy(error)),
  };
}

/** One project that fails does not keep the others from being synced. */
function syncAll(session: Session, dryRun: boolean): Outcome {
  const targets = listTargets(session.store().sql);
  const results = targets.map(({ project, dir }) => syncTarget(session, { projectPath: project, dir }, dryRun));
  return {
    status: Math.max(EXIT.done, ...results.map(({ status }) => status)),
    json: { projects: results.map(({ json, error }) => ({ ...json, error: error && errorJson(error) })) },
    text: [
      ...(results.length === 0 ? [info('nothing to sync: no project of this database has an export directory')] : []),
      ...results.flatMap(({ text, error }, index) => [
        info(`${targets[index]?.project ?? ''}:`, 'strong'),
        ...text,
        ...(error === undefined ? [] : describeError(error)),
      ]),
    ],
  };
}

function syncTarget(session: Session, place: Place, dryRun: boolean): Outcome {
  const { projectPath: project, dir } = place;
  if (!existsSync(dir)) return { status: EXIT.done, json: { project, dir, gone: true }, text: [describeGone(dir)] };
  try {
    return syncOne(session, place, dryRun);
  } catch (error) {
    if (!(error instanceof SyncError)) throw error;
    return { json: { project, dir }, text: [], ...failedBy(error) };
  }
}

/** A folder that is gone with its project needs nobody. */
function describeGone(dir: string): Block {
  const folder = dirname(dir);
  return existsSync(folder)
    ? warning(`${dir} is gone: ${callOf('-C', shellWord(folder), 'sync')} makes it again`)
    : info(`${folder} is gone, and nothing was synced`);
}

function describeError({ message, details, hint }: ErrorReport): Block[] {
  return [message, ...details.map((detail) => `  ${detail}`), ...(hint === null ? [] : [`hint: ${hint}`])].map(failure);
}
