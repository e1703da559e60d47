import { EMPTY_SET } from '../../record/content.js';
import type { Content } from '../../record/content.js';
import { toJson } from '../../record/object.js';
import { EXIT } from '../exit-codes.js';
import { plainText, valueText } from '../field-text.js';
import { isScope } from '../../sync/record-changes.js';
import { ExactJson } from '../json-text.js';
import { data } from '../outcome.js';
import type { Line, Outcome } from '../outcome.js';
import { NAMED, requireNamed } from '../named.js';
import type { Invocation, Verb } from '../verb.js';

export const verb: Verb = {
  ...NAMED,
  about:
    'Shows the fields that have a value, and times as dates of this machine. --json prints all of it, exact to the last digit.',
  looks: () => true,
  examples: [
    ['sc-sync get 6b1d', 'field by field'],
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
    text: describeRecord(content, Date.now()),
  };
}

/** A line a field that has a value; a text of several lines is indented, so that it cannot pass for other fields. */
function describeRecord({ entity, tokens, unknown }: Content, now: number): Line[] {
  const members = [
    ...entity.synced
      .filter(({ field, index }) => !isScope(field) && !['null', EMPTY_SET].includes(tokens[index] ?? 'null'))
      .map((synced): readonly [string, string] => [
        synced.name,
        valueText(entity, synced, tokens[synced.index] ?? 'null', now),
      ]),
    ...unknown.map(([name, token]): readonly [string, string] => [name, plainText(token)]),
  ];
  const width = Math.max(...members.map(([name]) => name.length)) + 2;
  return members.flatMap(([name, text]) => {
    const [first = '', ...rest] = text.split(/\r?\n/);
    const lines = [`${name.padEnd(width)}${first}`, ...rest.map((line) => `${' '.repeat(width)}${line}`)];
    return lines.map((line) => ({ ...data(line), hang: width }));
  });
}
