import type { Content } from '../../record/content.js';
import { unquote } from '../../record/json.js';
import { toJson } from '../../record/object.js';
import { EXIT } from '../exit-codes.js';
import { ExactJson } from '../json-text.js';
import { data } from '../outcome.js';
import type { Line, Outcome } from '../outcome.js';
import { NAMED, requireNamed } from '../named.js';
import type { Invocation, Verb } from '../verb.js';

export const verb: Verb = {
  ...NAMED,
  looks: () => true,
  examples: [
    ['sc-sync get issue_1', 'field by field'],
    ['sc-sync get memory release --json', 'by its key; exact to the last digit'],
  ],
  run,
};

/** Prints one record. */
function run({ session, args }: Invocation): Outcome {
  const { type, id } = requireNamed(session, 'get', args);
  const content = session.records().require(type, id);
  return {
    status: EXIT.done,
    json: { record: new ExactJson(toJson(content)) },
    text: describeRecord(content),
  };
}

/** A line a field; a text of several lines is indented, so that it cannot pass for other fields. */
function describeRecord({ entity, tokens, unknown }: Content): Line[] {
  const members = [
    ...entity.synced.map(({ name, index }): readonly [string, string] => [name, tokens[index] ?? 'null']),
    ...unknown,
  ];
  const width = Math.max(...members.map(([name]) => name.length)) + 2;
  return members.flatMap(([name, token]) => {
    const [first = '', ...rest] = (token.startsWith('"') ? unquote(token) : token).split(/\r?\n/);
    return [data(`${name.padEnd(width)}${first}`), ...rest.map((line) => data(`${' '.repeat(width)}${line}`))];
  });
}
