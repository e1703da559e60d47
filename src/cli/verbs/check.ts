import { dirname } from 'node:path';

import { Option } from 'commander';

import { atomicWrite, plainStats } from '../../files/file.js';
import { withIoErrors } from '../../files/io-error.js';
import { checkFolder } from '../../git/check-folder.js';
import type { Checked } from '../../git/check-folder.js';
import { mergeBase } from '../../git/merge-base.js';
import { requireRepository } from '../../git/repository.js';
import { checkMarkdown } from '../check-markdown.js';
import { count, findingText } from '../describe.js';
import { EXIT } from '../exit-codes.js';
import { fieldJson, fieldText } from '../field-change.js';
import { ExactJson } from '../json-text.js';
import { data, failure, info } from '../outcome.js';
import type { Block, Outcome } from '../outcome.js';
import type { Invocation, Verb } from '../verb.js';

export const verb: Verb = {
  about:
    'Compares the files of the work tree with the commit where the branch began. Changes nothing, and needs no database.',
  options: [
    new Option('--base <rev>', 'the branch to merge into; usually that of the merge request, else the upstream'),
    new Option('--markdown <file>', 'write a summary for reviewers there; - for standard output'),
  ],
  examples: [
    ['sc-sync check', 'before a push'],
    ['sc-sync check --base origin/main --markdown summary.md', 'for a comment on a merge request'],
  ],
  run,
};

/** Says what a branch does to the records, and what a person must look at. */
function run({ session, options }: Invocation): Outcome {
  const dir = session.folder();
  const { base: wanted, markdown } = options;
  const repository = requireRepository(dirname(dir));
  const base = mergeBase(repository, typeof wanted === 'string' ? wanted : undefined, process.env);
  const checked = checkFolder(session.registry, repository, dir, base);
  const summary = typeof markdown === 'string' ? checkMarkdown(checked) : '';
  if (typeof markdown === 'string' && markdown !== '-') writeSummary(session.resolve(markdown), summary);
  return {
    status: checked.findings.length === 0 ? EXIT.done : EXIT.attention,
    json: { dir, base, ...jsonOf(checked) },
    text:
      markdown === '-'
        ? summary
            .trimEnd()
            .split('\n')
            .map((line) => data(line))
        : describe(checked),
  };
}

/** What was merged may have brought a link there, and a device is not to be replaced. */
function writeSummary(path: string, summary: string): void {
  withIoErrors(path, 'write', () => plainStats(path));
  atomicWrite(path, summary);
}

function jsonOf({ findings, changes }: Checked): object {
  return {
    findings: findings.map(({ what, file, line, record, says }) => ({ what, file, line, ...record, message: says })),
    changes: changes.map(({ type, id, action, fields, record }) => ({
      ...{ type, id, action, fields: fields.map(fieldJson) },
      record: record === null ? null : new ExactJson(record),
    })),
  };
}

function describe({ findings, changes }: Checked): Block[] {
  return [
    ...changes.flatMap(({ called, action, fields }) => [
      data(`${called} ${action}`, 'strong'),
      ...fields.map((field) => data(`    ${fieldText(field)}`)),
    ]),
    ...(changes.length === 0 ? [info('no record changes')] : []),
    ...findings.map((finding) => failure(findingText(finding))),
    findings.length === 0
      ? info('nothing to look at', 'good')
      : failure(`a reviewer must look at ${count(findings.length, 'thing')}`),
  ];
}
