import { CommanderError } from 'commander';

import { SyncError } from '../errors.js';
import { isOn } from './verb.js';
import type { Terminal } from './session.js';
import { EXIT, statusOfError } from './exit-codes.js';
import { makeReport, reportOfAny } from './failed-by.js';
import { Output, settingsOf } from './output.js';
import type { ErrorReport } from './outcome.js';
import { pageOf } from './own-commands.js';
import { makeProgram } from './program.js';
import type { Call } from './program.js';
import { capital } from './sentence.js';
import { readVersion } from './version.js';

const output = new Output(settingsOf(process.argv.slice(2), process.env));

/** What a terminal on standard error is used for: a bar for long work, and questions. */
async function terminal(): Promise<Terminal> {
  const { json, quiet } = output.settings;
  if (json || !process.stderr.isTTY) return {};
  // A server that builds may lend a terminal, and nobody sits there.
  const isAnswered = process.stdin.isTTY && ['', 'false', undefined].includes(process.env['CI']);
  return {
    bar: quiet ? undefined : await (await import('./progress.js')).makeProgressBar(process.stderr),
    confirm: isAnswered ? (blocks, question) => output.confirm(blocks, question, process.stdin) : undefined,
  };
}

/** Does what a call asks for, and gives the exit status. */
async function carryOut({ verb, args, options }: Call): Promise<number> {
  const [{ Session }, { completeError, completeReport }] = await Promise.all([
    import('./session.js'),
    import('./hints.js'),
  ]);
  const looks = isOn(options, 'dryRun') || verb.looks?.(args, options) === true;
  const session = new Session({ ...options, looks, patience: verb.patience }, await terminal());
  try {
    const outcome = await verb.run({ session, args, options, input: readInput });
    const error = completeReport(outcome.error, session);
    if (outcome.isLive !== true) session.close();
    await output.outcome({ ...outcome, error }, session.notes);
    return outcome.status;
  } catch (error) {
    throw completeError(error, session);
  } finally {
    session.close();
  }
}

/** Runs the command line. Nothing else catches all errors, and nothing else sets the exit status. */
async function main(argv: readonly string[]): Promise<number> {
  let status: number = EXIT.done;
  let help = '';
  const onHelp = (text: string): void => {
    help += text;
  };
  try {
    const program = makeProgram(readVersion(), { width: terminalWidth(), onHelp, onMisuse: onHelp }, async (call) => {
      status = await carryOut(call);
    });
    await program.parseAsync(argv, { from: 'user' });
  } catch (error) {
    status = statusOfError(error);
    if (error instanceof CommanderError && status === EXIT.done) {
      output.page(pageOf(error.code), help.trimEnd());
    } else {
      if (help !== '' && !output.settings.json) output.misuse(help);
      else output.error(reportOfThrown(error));
    }
  }
  return status;
}

function reportOfThrown(error: unknown): ErrorReport {
  return error instanceof CommanderError ? usageReport(error) : reportOfAny(error, output.settings.verbose);
}

/** What commander says, as one sentence and what to do next. */
function usageReport({ code, message }: CommanderError): ErrorReport {
  if (code === 'commander.help') {
    const hint = 'see the verbs: sc-sync --help';
    return makeReport({ code: 'usage', message: 'A verb is missing', details: [], hint });
  }
  const [, text = message, guess] = /^(?:error: )?(.*?)(?:\n\(Did you mean (.*)\?\))?$/s.exec(message) ?? [];
  const hint = guess === undefined ? 'see sc-sync --help, or --help after a verb' : `did you mean ${guess}?`;
  return makeReport({ code: 'usage', message: capital(text), details: [], hint });
}

/** All of standard input. */
async function readInput(): Promise<Uint8Array> {
  const chunks: Uint8Array[] = [];
  for await (const chunk of process.stdin) chunks.push(chunk as Uint8Array);
  return Buffer.concat(chunks);
}

/** The width of the terminal, by which `COLUMNS` goes where it is set. */
function terminalWidth(): number | undefined {
  const columns = Number(process.env['COLUMNS']);
  return Number.isInteger(columns) && columns > 0 ? columns : process.stdout.columns;
}

// Who reads no further (`| head`) is no failure; a full disk is.
process.stdout.on('error', (error: NodeJS.ErrnoException) => {
  output.stop();
  process.exitCode = error.code === 'EPIPE' ? (process.exitCode ?? EXIT.done) : statusOfError(new SyncError('io', ''));
  if (error.code !== 'EPIPE')
    output.error(makeReport({ code: 'io', message: `Cannot write: ${error.message}`, details: [], hint: null }));
});
process.stderr.on('error', () => undefined);

/** The end of the call: the exit status is set then. */
export const ended = main(process.argv.slice(2)).then((status) => {
  process.exitCode = status;
});
