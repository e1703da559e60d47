import pc from 'picocolors';

import { cleanText } from './clean.js';
import { outcomeJson } from './outcome-json.js';
import type { ErrorReport, Grid, Level, Line, Outcome, Tone } from './outcome.js';

/** How things are written. */
export interface OutputSettings {
  readonly json: boolean;
  readonly quiet: boolean;
  readonly verbose: boolean;
  readonly color: boolean;
}

/** Where things are written to. */
export interface OutputStream {
  readonly isTTY?: boolean;
  write(text: string): unknown;
}

/**
 * The one place that writes. Text loses its control characters here, whatever it came from; `--json` writes exactly one
 * object to standard output, errors too.
 */
export class Output {
  readonly settings: OutputSettings;
  readonly #out: OutputStream;
  readonly #err: OutputStream;

  constructor(settings: OutputSettings, out: OutputStream = process.stdout, err: OutputStream = process.stderr) {
    this.settings = settings;
    this.#out = out;
    this.#err = err;
  }

  /** Writes what a command did, and remarks on how it understood the call. */
  async outcome({ json, text, error }: Outcome, notes: readonly string[] = []): Promise<void> {
    if (this.settings.json) {
      this.#write(this.#out, outcomeJson({ json, error }, notes));
      return;
    }
    if (!this.settings.quiet) for (const note of notes) this.#write(this.#err, this.#line(this.#err, note, 'dim'));
    const lines: string[] = [];
    for (const block of text) {
      if (!this.#shows(block.level)) continue;
      lines.push(block.kind === 'grid' ? await this.#grid(block) : this.#line(this.#out, block.text, block.tone));
    }
    if (lines.length > 0) this.#write(this.#out, lines.join('\n'));
    if (error !== undefined) this.#writeError(error);
  }

  /** Writes an error: one line, then each detail, then what to do next. */
  error(report: ErrorReport): void {
    if (this.settings.json) this.#write(this.#out, outcomeJson({ json: {}, error: report }));
    else this.#writeError(report);
  }

  #writeError({ message, details, hint, stack = '' }: ErrorReport): void {
    const further = details.filter((detail) => !message.includes(detail));
    const lines = [
      this.#line(this.#err, `sc-sync: ${message}`, 'bad'),
      ...further.map((detail) => `  ${this.#line(this.#err, detail, 'plain')}`),
      ...(hint === null ? [] : [this.#line(this.#err, `hint: ${hint}`, 'dim')]),
      ...stack.split('\n').flatMap((line) => (line === '' ? [] : [this.#line(this.#err, line, 'dim')])),
    ];
    this.#write(this.#err, lines.join('\n'));
  }

  /** Writes help, the version or the like. */
  page(name: string, text: string): void {
    if (this.settings.json) this.#write(this.#out, outcomeJson({ json: { [name]: text } }));
    else this.#write(this.#out, text.split('\n').map(cleanText).join('\n'));
  }

  /** Writes help where a verb was missing. */
  misuse(help: string): void {
    this.#write(this.#err, help.split('\n').map(cleanText).join('\n'));
  }

  /** Asks somebody at a terminal. Anything but a yes is a no. */
  async confirm(blocks: readonly Line[], question: string, input: NodeJS.ReadableStream): Promise<boolean> {
    for (const { text, tone } of blocks) this.#write(this.#err, this.#line(this.#err, text, tone));
    this.#err.write(`${cleanText(question)} [y/N] `);
    const { createInterface } = await import('node:readline');
    const lines = createInterface({ input });
    try {
      for await (const answer of lines) return /^\s*y(es)?\s*$/i.test(answer);
      return false;
    } finally {
      // Leaving the loop does not: an open terminal would keep the program alive.
      lines.close();
    }
  }

  #shows(level: Level): boolean {
    return level === 'data' || (level === 'info' ? !this.settings.quiet : this.settings.verbose);
  }

  #write(stream: OutputStream, text: string): void {
    stream.write(text.endsWith('\n') ? text : `${text}\n`);
  }

  #line(stream: OutputStream, text: string, tone: Tone): string {
    return paint(pc.createColors(this.settings.color && stream.isTTY === true), tone, cleanText(text));
  }

  async #grid({ head, rows, right }: Grid): Promise<string> {
    const { default: Table } = await import('cli-table3');
    const table = new Table({
      head: head.map((cell) => this.#line(this.#out, cell, 'strong')),
      chars: NO_BORDERS,
      style: { head: [], border: [], 'padding-left': 0, 'padding-right': 2, compact: true },
      colAligns: head.map((_, column) => (right.includes(column) ? 'right' : 'left')),
    });
    for (const row of rows) table.push(row.map(cleanText));
    return table
      .toString()
      .split('\n')
      .map((line) => line.trimEnd())
      .join('\n');
  }
}

const NO_BORDERS = Object.fromEntries(
  [
    ...['top', 'top-mid', 'top-left', 'top-right', 'bottom', 'bottom-mid', 'bottom-left', 'bottom-right'],
    ...['left', 'left-mid', 'mid', 'mid-mid', 'right', 'right-mid', 'middle'],
  ].map((name) => [name, '']),
);

function paint(colors: ReturnType<typeof pc.createColors>, tone: Tone, text: string): string {
  switch (tone) {
    case 'plain':
      return text;
    case 'good':
      return colors.green(text);
    case 'warn':
      return colors.yellow(text);
    case 'bad':
      return colors.red(text);
    case 'dim':
      return colors.dim(text);
    case 'strong':
      return colors.bold(text);
  }
}

/** The settings that a command line asks for, read without parsing it: an error of parsing is written with them too. */
export function settingsOf(argv: readonly string[], env: NodeJS.ProcessEnv): OutputSettings {
  const end = argv.indexOf('--');
  const words = end === -1 ? argv : argv.slice(0, end);
  const given = new Set(words);
  const isShort = (letter: string): boolean => words.some((word) => /^-[hqvV]+$/.test(word) && word.includes(letter));
  const noColor = env['NO_COLOR'] !== undefined && env['NO_COLOR'] !== '';
  return {
    json: given.has('--json'),
    quiet: given.has('--quiet') || isShort('q'),
    verbose: given.has('--verbose') || isShort('v'),
    color: !noColor && !given.has('--no-color') && env['TERM'] !== 'dumb',
  };
}
