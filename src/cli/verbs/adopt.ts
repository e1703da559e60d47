import { Option } from 'commander';

import { planAdoption, writeAdoption } from '../../adopt/adopt.js';
import type { Adopted } from '../../adopt/adopt.js';
import type { Said } from '../../adopt/answers.js';
import { differences } from '../../adopt/differences.js';
import type { Answer, Decided } from '../../adopt/findings.js';
import { SyncError } from '../../errors.js';
import { formatRegistryFile } from '../../registry/format-file.js';
import { shellWord } from '../../git/shell-words.js';
import { count } from '../describe.js';
import { EXIT } from '../exit-codes.js';
import { ExactJson, jsonText } from '../json-text.js';
import { dryRun } from '../options.js';
import { data, failure, info, next, warning } from '../outcome.js';
import type { Line, Outcome } from '../outcome.js';
import type { Session } from '../session.js';
import { isOn } from '../verb.js';
import type { Invocation, Options, Verb } from '../verb.js';

export const verb: Verb = {
  about: [
    'Looks at the tables, keys and values of any SQLite database, and changes no byte of it. Says what it decided, and asks what only you know:',
    'answer with an option, or edit the file. A registry that is there stays as it is, but for what is new in the database and what an option says.',
  ].join(' '),
  options: [
    new Option('--tables <names>', 'sync these tables, and what their rows cannot be without').argParser(splitNames),
    new Option('--ref <column=table...>', 'a column holds the key of another table, though nothing declares it'),
    new Option('--local <name...>', 'keep a table, or a column as table.column, out of the files'),
    new Option('--sync <name...>', 'sync a table or column that looks as if it should stay here'),
    dryRun(),
    new Option('--accept', 'use the registry as it is now: somebody else may have changed it'),
    new Option('--check', 'write nothing, and exit with 1 where the registry does not fit the database any more'),
  ],
  looks: (_, options) => isOn(options, 'check'),
  examples: [
    ['sc-sync adopt --db notes.db --dry-run', 'what it would decide'],
    ['sc-sync adopt --db notes.db --ref memos.creator_id=users', 'the answer to a question'],
    ['sc-sync adopt --db notes.db --check', 'after an update of the other program'],
  ],
  run,
};

function splitNames(text: string): string[] {
  return text.split(',').filter((name) => name !== '');
}

/** Makes a registry for a database of another program, or checks the one that is there. */
function run({ session, options }: Invocation): Outcome {
  if (isOn(options, 'accept')) return accept(session);
  const database = session.database.named;
  const adopted = planAdoption(database, session.adoptionFolder(), saidBy(options));
  return isOn(options, 'check') ? check(adopted, database) : adopt(session, adopted, database, isOn(options, 'dryRun'));
}

/** A registry that somebody else changed is used from now on. */
function accept(session: Session): Outcome {
  const widened = session.acceptRegistry();
  return {
    status: EXIT.done,
    json: { accepted: true, widened },
    text: [
      info(`accepted the registry in ${session.folder()}`),
      ...widened.map((name) => info(`${name} is synced from now on`)),
      next(session.call('sync'), 'brings the database and the files to the same'),
    ],
  };
}

function saidBy({ tables, ref, local, sync }: Options): Said {
  return { tables, ref, local, sync } as Said;
}

const NEXT = 'tracks its changes, and sets up git';

function adopt(session: Session, adopted: Adopted, database: string, isDry: boolean): Outcome {
  const initCall = session.call('init');
  const { path, file, unseen } = adopted;
  const decided = adopted.decided.map(textOfDecided);
  const questions = adopted.questions.map(({ asks, answers }) => ({ asks, answers: answers.map(textOfAnswer) }));
  const action = isDry ? undefined : writeAdoption(adopted);
  const text = formatRegistryFile(file).trimEnd().split('\n');
  return {
    status: EXIT.done,
    json: {
      database,
      path,
      dryRun: isDry,
      action,
      decided,
      unseen,
      questions,
      registry: new ExactJson(jsonText(file)),
    },
    text: [
      ...decided.map((line) => info(line)),
      ...unseen.map((line) => warning(`not seen: ${line}`)),
      ...questions.flatMap(({ asks, answers }, index) => [
        warning(`question ${index + 1}: ${asks}`),
        ...answers.map((answer) => data(`  ${answer}`)),
      ]),
      ...(action === undefined ? text.map((line) => data(line)) : [summary(adopted, action), next(initCall, NEXT)]),
    ],
  };
}

function textOfDecided({ says, sync }: Decided): string {
  return sync === undefined ? says : `${says} (${textOfAnswer({ option: '--sync', value: sync })} syncs it)`;
}

/** Names come from the database, and are copied into a shell. */
function textOfAnswer({ option, value }: Answer): string {
  return `${option} ${shellWord(value)}`;
}

function summary({ path, file, questions }: Adopted, action: string): Line {
  const open = questions.length === 0 ? 'no questions' : count(questions.length, 'question');
  return info(`${action} ${path}: ${count(file.entities.length, 'table')} synced, ${file.local.length} not, ${open}`);
}

function check({ path, file, previous }: Adopted, database: string): Outcome {
  if (previous === undefined)
    throw new SyncError('not_found', `There is no registry at ${path}`, { hint: 'make it: sc-sync adopt' });
  const found = differences(previous, file);
  return {
    status: found.length === 0 ? EXIT.done : EXIT.attention,
    json: { database, path, fits: found.length === 0, differences: found },
    text:
      found.length === 0
        ? [info(`${path} fits the database`, 'good')]
        : [
            ...found.flatMap(({ says, edit }) => [failure(says), data(`  ${edit}`)]),
            info('sc-sync adopt makes these changes, and keeps the rest of the file'),
          ],
  };
}
