import { Option } from 'commander';

import { basename, dirname, join } from 'node:path';

import { atomicWrite, readPlain } from '../../files/file.js';
import { sectionFor, withSection } from '../agents-section.js';
import { EXIT } from '../exit-codes.js';
import { data, info } from '../outcome.js';
import type { Outcome } from '../outcome.js';
import { isOn } from '../verb.js';
import type { Invocation, Verb } from '../verb.js';

export const verb: Verb = {
  about: 'The section stands between two marks. Your own text stays, and a section of an older version is replaced.',
  options: [new Option('--add', 'write the section into AGENTS.md of the project')],
  looks: (_, { add }) => add !== true,
  examples: [
    ['sc-sync agents', 'have a look'],
    ['sc-sync agents --add', 'again after an update'],
  ],
  run,
};

/** Prints the section for agents, or writes it into the project's file for them. */
function run({ session, options }: Invocation): Outcome {
  const types = session.registry.entities.map(({ type }) => type);
  const section = sectionFor({ folder: basename(session.folder()), types });
  if (!isOn(options, 'add')) {
    const lines = section.trimEnd().split('\n');
    return { status: EXIT.done, json: { text: section }, text: lines.map((line) => data(line)) };
  }
  const path = join(dirname(session.folder()), 'AGENTS.md');
  // Each byte is one character, so that whatever else the file has stays as it is.
  const old = readPlain(path)?.toString('latin1');
  const now = withSection(old ?? '', section, path);
  const action = old === undefined ? 'created' : old === now ? 'unchanged' : 'changed';
  if (action !== 'unchanged') atomicWrite(path, Buffer.from(now, 'latin1'));
  return { status: EXIT.done, json: { path, action }, text: [info(`${action} ${path}`)] };
}
