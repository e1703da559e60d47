#!/usr/bin/env node
import { CommanderError } from 'commander';

import { readFileSync } from 'node:fs';

import { SyncError, messageOf } from '../errors.js';
import { isOn } from './verb.js';
import type { Terminal } from './session.js';
import { EXIT, statusOfError } from './exit-codes.js';
import { reportOf } from './failed-by.js';
import { Output, settingsOf } from './output.js';
import type { ErrorReport } from './outcome.js';
import { makeProgram } from './program.js';
import type { Call } from './program.js';

const output = new Output(settingsOf(process.argv.slice(2), process.env));

/** What a terminal on standard error is used for: a bar for long work, and questions. */
async function terminal(): Promise<Terminal> {
  const { json, quiet } = output.settings;
  if (json || !process.stderr.isTTY) return {};
  return {
    bar: quiet ? undefined : await (await import('./progress.js')).makeProgressBar(process.stderr),
    confirm: process.stdin.isTTY ? (blocks, question) => output.confirm(blocks, question, process.stdin) : undefined,
  };
}

/** Does what a call asks for, and gives the exit status. */
async function carryOut({ verb, args, options }: Call): Promise<number> {
  const [{ Session }, { completeError, completeReport }] = await Promise.all([
    import('./session.js'),
    import('./hints.js'),
  ]);
  const looks = isOn(options, 'dryRun') || verb.looks?.(args, options) === true;
  const session = new Session({ ...options, looks }, await terminal());
  try {
    const outcome = await verb.run({ session, args, options });
    const error = completeReport(outcome.error, session);
    session.close();
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
    const program = makeProgram(readVersion(), { onHelp, onMisuse: onHelp }, async (call) => {
      status = await carryOut(call);
    });
    await program.parseAsync(argv, { from: 'user' });
  } catch (error) {
    status = statusOfError(error);
    if (error instanceof CommanderError && status === EXIT.done) {
      output.page(error.code === 'commander.version' ? 'version' : 'help', help.trimEnd());
    } else {
      if (help !== '' && !output.settings.json) output.misuse(help);
      else output.error(reportOfAny(error));
    }
  }
  return status;
}

function reportOfAny(error: unknown): ErrorReport {
  const stack = output.settings.verbose && error instanceof Error ? stackOf(error) : undefined;
  if (error instanceof SyncError) {
    return { ...reportOf(error), stack };
  }
  if (error instanceof CommanderError) return usageReport(error);
  const message = messageOf(error).split('\n')[0] ?? '';
  const hint = 'this is a fault of sc-sync; --verbose shows where it happened';
  return { code: 'unexpected', message, details: [], hint, stack };
}

/** What commander says, as one sentence and what to do next. */
function usageReport({ code, message }: CommanderError): ErrorReport {
  if (code === 'commander.help') {
    return { code: 'usage', message: 'a verb is missing', details: [], hint: 'see the verbs: sc-sync --help' };
  }
  const [, text = message, guess] = /^(?:error: )?(.*?)(?:\n\(Did you mean (.*)\?\))?$/s.exec(message) ?? [];
  const hint = guess === undefined ? 'see sc-sync --help, or --help after a verb' : `did you mean ${guess}?`;
  return { code: 'usage', message: text, details: [], hint };
}

function stackOf(error: Error): string {
  const { cause } = error;
  return `${error.stack ?? ''}${cause instanceof Error ? `\ncaused by ${stackOf(cause)}` : ''}`;
}

function readVersion(): string {
  const manifest: unknown = JSON.parse(readFileSync(new URL('../../package.json', import.meta.url), 'utf8'));
  return String((manifest as { readonly version: unknown }).version);
}

// Who reads no further (`| head`) is no failure; a full disk is.
process.stdout.on('error', (error: NodeJS.ErrnoException) => {
  process.exitCode = error.code === 'EPIPE' ? (process.exitCode ?? EXIT.done) : statusOfError(new SyncError('io', ''));
  if (error.code !== 'EPIPE')
    output.error({ code: 'io', message: `cannot write: ${error.message}`, details: [], hint: null });
});
process.stderr.on('error', () => undefined);

process.exitCode = await main(process.argv.slice(2));
