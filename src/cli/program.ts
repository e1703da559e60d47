import { Command } from 'commander';

import type { Options, Verb } from './verb.js';
import { VERBS } from './verbs.js';

/** What a parsed command line asks for. */
export interface Call {
  readonly verb: Verb;
  readonly args: readonly string[];
  /** The verb's options and the global ones. */
  readonly options: Options;
}

/** What commander would print by itself. */
export interface HelpPages {
  readonly onHelp: (text: string) => void;
  readonly onMisuse: (text: string) => void;
}

/** Makes the parser: it throws `CommanderError` for help and wrong usage, and hands on what was asked for. */
export function makeProgram(version: string, pages: HelpPages, onCall: (call: Call) => Promise<void>): Command {
  const program = new Command('sc-sync')
    .description('Keeps a SaveContext database and the JSONL files of a project in step, in both directions.')
    .version(version, '--version', 'print the version')
    .helpOption('--help', 'print this help')
    .option('-C, --directory <dir>', 'work as if started in this folder')
    .option('--db <path>', 'the database (else SC_DB, SAVECONTEXT_DB, ~/.savecontext/data/savecontext.db)')
    .option('--project <path>', 'the path that the project has in the database')
    .option('--json', 'print one JSON object')
    .option('--quiet', 'print only what was asked for and what needs attention')
    .option('--verbose', 'print counts by type, and where errors come from')
    .option('--no-color', 'no colours, as with NO_COLOR')
    .configureHelp({ showGlobalOptions: true, helpWidth: 110 })
    .configureOutput({ writeOut: pages.onHelp, writeErr: pages.onMisuse, outputError: () => undefined })
    .exitOverride()
    .addHelpText(
      'after',
      `
Exit status: 0 done and in sync, 1 something was rolled back, orphaned or skipped, or both sides differ, 2 database,
4 bad input or usage, 6 refused to protect data, 8 files, 9 busy.

Example:
  $ sc-sync init && sc-sync sync      a project's first export`,
    );
  const complete = new Map(
    VERBS.map(({ name, summary, load }) => {
      const command = program.command(name).summary(summary);
      return [command, async () => completeVerb(command, (await load()).verb, onCall)];
    }),
  );
  program.hook('preSubcommand', (_, command) => complete.get(command)?.());
  addHelp(program, complete);
  return program;
}

/** The one of commander prints the whole help where there is no such verb. */
function addHelp(program: Command, complete: ReadonlyMap<Command, () => Promise<void>>): void {
  const help = program.helpCommand(false).command('help [command]').description('display help for command');
  help.helpOption(false).action(async (name?: string) => {
    const named = name === undefined ? program : program.commands.find((verb) => verb.name() === name);
    if (named === undefined)
      program.error(`error: unknown command '${name ?? ''}'`, { code: 'commander.unknownCommand' });
    await complete.get(named)?.();
    named.help();
  });
}

/** Gives a command what only the file of its verb has. */
function completeVerb(command: Command, verb: Verb, onCall: (call: Call) => Promise<void>): void {
  const { about, examples, usage } = verb;
  const summary = command.summary();
  const description = `${summary[0]?.toUpperCase() ?? ''}${summary.slice(1)}.`;
  command
    .description(about === undefined ? description : `${description}\n${about}`)
    .helpOption('--help', 'print this help');
  if (usage !== undefined) command.usage(`[options] ${usage}`);
  for (const argument of verb.arguments ?? []) command.addArgument(argument);
  for (const option of verb.options ?? []) command.addOption(option);
  const width = Math.max(...examples.map(([text]) => text.length));
  const lines = examples.map(([text, says]) => `  $ ${text.padEnd(width)}   ${says}`);
  command.addHelpText('after', `\n${examples.length === 1 ? 'Example' : 'Examples'}:\n${lines.join('\n')}`);
  command.action(() => onCall({ verb, args: command.args, options: command.optsWithGlobals() }));
}
