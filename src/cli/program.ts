import { Command } from 'commander';
import type { CommanderError, Help } from 'commander';

import { SyncError } from '../errors.js';
import { EXIT_STATUSES } from './exit-codes.js';
import { savecontext } from '../savecontext/registry.js';
import { helpRegistry } from './help-registry.js';
import { OwnCommands } from './own-commands.js';
import { capital, sentence } from './sentence.js';
import type { Options, Verb } from './verb.js';
import { VERBS } from './verbs.js';
import type { Group } from './verbs.js';

/** What a parsed command line asks for. */
export interface Call {
  readonly verb: Verb;
  readonly args: readonly string[];
  /** The verb's options and the global ones. */
  readonly options: Options;
}

/** What is printed that no verb gives. */
export interface HelpPages {
  /** The width of the terminal; undefined where there is none. */
  readonly width: number | undefined;
  readonly onHelp: (text: string) => void;
  readonly onMisuse: (text: string) => void;
}

/** So wide is help at most, and where there is no terminal. */
const WIDEST = 100;

/** Makes the parser: it throws `CommanderError` for help and wrong usage, and hands on what was asked for. */
export function makeProgram(version: string, pages: HelpPages, onCall: (call: Call) => Promise<void>): Command {
  const program = new Command('sc-sync')
    .description('Keeps an SQLite database and sorted JSONL files in git in step, in both directions.')
    .usage('[options] <verb>')
    .version(version, '-V, --version', 'print the version')
    .helpOption('-h, --help', 'print this help')
    .option('-C, --directory <dir>', 'work as if started in this folder')
    .option('--db <path>', 'the database (else SC_DB, or the one that init was told of)')
    .option('--dir <path>', 'the folder of the data files, where it has another name than usual')
    .option('--project <path>', 'the path that the project has in the database')
    .option('--json', 'print one JSON object')
    .option('-q, --quiet', 'print only what was asked for and what needs attention')
    .option('-v, --verbose', 'print counts by type, and where errors come from')
    .option('--no-color', 'no colours, as with NO_COLOR')
    .configureHelp({ helpWidth: Math.min(pages.width ?? WIDEST, WIDEST), minWidthToWrap: 20 })
    .configureOutput({ writeOut: pages.onHelp, writeErr: pages.onMisuse, outputError: () => undefined })
    .exitOverride()
    .addHelpText('after', ({ command }) => afterProgram(command.createHelp()));
  const complete = new Map(
    VERBS.map(({ name, aliases = [], group, summary, load }) => {
      const command = program.command(name).aliases(aliases).summary(summary).helpGroup(headingOf(group));
      return [command, async () => completeVerb(command, (await load()).verb, onCall)];
    }),
  );
  program.hook('preSubcommand', (_, command) => complete.get(command)?.());
  new OwnCommands(program, complete, pages.onHelp).add(headingOf('plumbing'));
  return program;
}

function headingOf(group: Group): string {
  return `${capital(group)}:`;
}

function afterProgram(help: Help): string {
  return [
    '',
    'Exit status:',
    ...EXIT_STATUSES.map(([status, says]) => help.formatItem(String(status), 1, says, help)),
    '',
    'Example:',
    '  # the first export of a project',
    '  $ sc-sync init && sc-sync sync',
    '',
    'Read on: sc-sync VERB --help, and docs/ in this package.',
  ].join('\n');
}

/** An argument that is missing is named with what can stand there. */
function missingArgument(command: Command, { code, message }: CommanderError): SyncError | undefined {
  if (code !== 'commander.missingArgument') return undefined;
  const missing = command.registeredArguments.find((argument) => message.includes(`'${argument.name()}'`));
  if (missing === undefined) return undefined;
  const word = `<${missing.name()}>`;
  return new SyncError('usage', `Missing ${word} after ${command.name()}`, { hint: `${word}: ${missing.description}` });
}

/** Whether an example names no type or record of SaveContext. */
function isOfAnyDatabase(text: string): boolean {
  return !/\b(issues?|memory|plan|session|release|6b1d|mem_1|SC-\w+)\b/.test(text);
}

/** Gives a command what only the file of its verb has. */
function completeVerb(command: Command, verb: Verb, onCall: (call: Call) => Promise<void>): void {
  const { about, usage } = verb;
  const description = sentence(command.summary());
  command
    .description(about === undefined ? description : `${description}\n${about}`)
    .helpOption('-h, --help', 'print this help');
  if (usage !== undefined) command.usage(`[options] ${usage}`);
  for (const argument of verb.arguments ?? []) command.addArgument(argument);
  for (const option of verb.options ?? []) command.addOption(option);
  command.exitOverride((error) => {
    throw missingArgument(command, error) ?? error;
  });
  const fitting = verb.examples.filter(([text]) => isOfAnyDatabase(text) || helpRegistry() === savecontext);
  const examples = fitting.flatMap(([text, says]) => [`  # ${says}`, `  $ ${text}`]);
  const after = [
    ...(examples.length === 0 ? [] : ['', fitting.length === 1 ? 'Example:' : 'Examples:', ...examples]),
    ...['', 'Options of every verb, and exit statuses: sc-sync --help'],
    `The whole page: docs/cli/${command.name()}.md in this package`,
  ];
  command.addHelpText('after', after.join('\n'));
  command.action(() => onCall({ verb, args: command.args, options: command.optsWithGlobals() }));
}
