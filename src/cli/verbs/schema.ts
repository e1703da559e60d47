import { Argument } from 'commander';

import { SyncError } from '../../errors.js';
import { nearest } from '../../record/nearest.js';
import { EXIT } from '../exit-codes.js';
import { data } from '../outcome.js';
import type { Outcome } from '../outcome.js';
import { NAMES, schemaOf } from '../schemas/verbs.js';
import type { Invocation, Verb } from '../verb.js';

export const verb: Verb = {
  about: 'A JSON Schema, draft 2020-12. It has the errors too.',
  arguments: [new Argument('<verb>', 'the name of a verb')],
  looks: () => true,
  examples: [['sc-sync schema sync', 'what an agent can expect of sync --json']],
  run,
};

/** Prints what a verb prints. */
function run({ args: [name = ''] }: Invocation): Outcome {
  const schema = schemaOf(name);
  if (schema === undefined) {
    const [guess] = nearest(name, NAMES);
    throw new SyncError('usage', `There is no verb ${name}`, {
      hint: guess === undefined ? `the verbs: ${NAMES.join(', ')}` : `did you mean ${guess}?`,
    });
  }
  const lines = JSON.stringify(schema, null, 2).split('\n');
  return { status: EXIT.done, json: schema, text: lines.map((line) => data(line)) };
}
