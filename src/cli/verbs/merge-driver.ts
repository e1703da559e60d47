import { Argument, Option } from 'commander';

import { SyncError } from '../../errors.js';
import { driveMerge, markerSize } from '../../git/drive-merge.js';
import { lineOptions } from '../../merge/json-options.js';
import { count } from '../describe.js';
import { EXIT } from '../exit-codes.js';
import { failure, warning } from '../outcome.js';
import type { Outcome } from '../outcome.js';
import { lineWordOptions, lineWordsOf } from '../line-words.js';
import type { Invocation, Verb } from '../verb.js';

export const verb: Verb = {
  about:
    'The result goes into the file of ours. With --key or --append-only the lines may be of any program: one JSON value a line.',
  arguments: [
    new Argument('<base>', '%O'),
    new Argument('<ours>', '%A'),
    new Argument('<theirs>', '%B'),
    new Argument('<path>', '%P'),
    new Argument('[length]', '%L, how long conflict markers are'),
  ],
  options: [
    ...lineWordOptions(),
    new Option('--output <file>', 'where the result goes; else it goes into the file of ours'),
    new Option('--lost <file>', 'where values go that lose; with --key, and where git has no folder for them'),
  ],
  examples: [
    ['sc-sync merge-driver --key id base.jsonl ours.jsonl theirs.jsonl issues.jsonl', 'without git, for a look'],
    ['sc-sync init', 'sets it up for git'],
  ],
  run,
};

/** Merges three versions of a file as git asks for it; git itself starts the second entry, which loads less. */
function run({ session, args, options }: Invocation): Outcome {
  const [base = '', ours = '', theirs = '', path = '', length] = args;
  const lines = lineOptions(lineWordsOf(options));
  const { output, lost: lostIn } = options;
  if (lostIn !== undefined && lines === undefined) {
    throw new SyncError('usage', '--lost needs --key or --append-only', {
      hint: 'for example: --key id --lost lost.jsonl',
    });
  }
  const outcome = driveMerge(
    session.registry,
    {
      ...{ base, ours, theirs, path, lines },
      markerSize: markerSize(length),
      output: typeof output === 'string' ? output : undefined,
      lost: typeof lostIn === 'string' ? lostIn : undefined,
    },
    session.resolve('.'),
    Date.now(),
  );
  const { problems, lost, leftIn } = outcome;
  return {
    status: problems.length === 0 ? EXIT.done : EXIT.attention,
    json: { path, problems, lost, leftIn: leftIn ?? null },
    text: [
      ...problems.map((problem) => failure(`${path}: ${problem}`)),
      ...(lost === 0 ? [] : [warning(`${path}: ${count(lost, 'value')} lost the merge, kept in ${leftIn ?? ''}`)]),
    ],
  };
}
