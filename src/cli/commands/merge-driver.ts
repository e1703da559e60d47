import { savecontext } from '../../savecontext/registry.js';
import { driveMerge } from '../../git/drive-merge.js';
import { count } from '../describe.js';
import { EXIT } from '../exit-codes.js';
import { failure, warning } from '../outcome.js';
import type { Command } from '../command.js';

/** Merges three versions of a file as git asks for it; git itself starts the second entry, which loads less. */
export const run: Command = ({ context, args, options }) => {
  const [base = '', ours = '', theirs = '', path = ''] = args;
  const together = Array.isArray(options['together'])
    ? options['together'].map((names) => String(names).split(','))
    : [];
  const key = typeof options['key'] === 'string' ? options['key'] : undefined;
  const outcome = driveMerge(
    savecontext,
    { base, ours, theirs, path, key, together },
    context.resolve('.'),
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
};
