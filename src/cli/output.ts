import { createInterface } from 'node:readline';

import pc from 'picocolors';

import { cleanText } from './clean.js';
import { outcomeJson } from './outcome-json.js';
import { info } from './outcome.js';
import type { Block, ErrorReport, Grid, Level, Line, Outcome, Tone } from './outcome.js';

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
  /** How wide a terminal is. */
  readonly columns?: number;
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
  #isGone = false;

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
    for (const note of this.settings.quiet ? [] : notes)
      for await (const line of this.#lines(this.#err, info(note, 'dim'))) this.#write(this.#err, line);
    await this.#writeText(text);
    if (error !== undefined) this.#writeError(error);
  }

  /** Says that nobody reads any further: what is being written ends. */
  stop(): void {
    this.#isGone = true;
  }

  /** Writes lines as they come, many at a time. */
  async #writeText(text: Iterable<Block>): Promise<void> {
    let lines: string[] = [];
    const write = async (): Promise<void> => {
      if (lines.length > 0) this.#write(this.#out, lines.join('\n'));
      lines = [];
      // Only between two turns it is known whether a reader went away.
      await new Promise((resume) => setImmediate(resume));
    };
    for (const block of text) {
      if (!this.#shows(block.level)) continue;
      for await (const line of block.kind === 'grid' ? this.#grid(block) : this.#lines(this.#out, block)) {
        lines.push(line);
        if (lines.length === AT_ONCE) await write();
        if (this.#isGone) return;
      }
    }
    if (lines.length > 0) await write();
  }

  /** The lines of a text, which end between words where a terminal is too narrow for all of it. */
  async *#lines(stream: OutputStream, { text, tone, hang, keep }: Line): AsyncGenerator<string> {
    const clean = cleanText(text);
    const width = widthOfTerminal(stream);
    const wrapping = { hang, keep: keep?.map(cleanText) };
    const lines = width === undefined ? [clean] : (await import('./wrap.js')).wrapText(clean, width, wrapping);
    for (const line of lines) yield paint(this.#colors(stream), tone, line);
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
    return paint(this.#colors(stream), tone, cleanText(text));
  }

  /** The lines of a table. Its first rows say how wide the columns are. */
  async *#grid({ head, rows, right, tones }: Grid): AsyncGenerator<string> {
    const { Table } = await import('./table.js');
    const colors = this.#colors(this.#out);
    const all = rows[Symbol.iterator]();
    const sample: string[][] = [];
    let row = all.next();
    for (; row.done !== true && sample.length < SAMPLE; row = all.next()) sample.push(row.value.map(cleanText));
    if (sample.length === 0) return;
    const width = widthOfTerminal(this.#out);
    const table = new Table({ head: head.map(cleanText), right, sample, isAll: row.done === true, width });
    const paintCell = (text: string, column: number): string => paint(colors, tones[column] ?? 'plain', text);
    yield* table.head((text) => paint(colors, 'strong', text));
    for (const cells of sample) yield* table.row(cells, paintCell);
    for (; row.done !== true; row = all.next()) yield* table.row(row.value.map(cleanText), paintCell);
  }

  #colors({ isTTY }: OutputStream): ReturnType<typeof pc.createColors> {
    return pc.createColors(this.settings.color && isTTY === true);
  }
}

function widthOfTerminal({ isTTY, columns }: OutputStream): number | undefined {
  return isTTY === true ? columns : undefined;
}

/** So many rows of a table are read before the first one is written. */
const SAMPLE = 200;

/** So many lines are written at once. */
const AT_ONCE = 500;

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
