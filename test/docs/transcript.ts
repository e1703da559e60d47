/** A command of a page, and what the page says that it prints. */
export interface Step {
  readonly command: string;
  /** The lines below the command. Undefined in a block without outputs: there the command must succeed. */
  readonly output: string | undefined;
  /** Where the command ends in the page. */
  readonly at: number;
}

/**
 * The commands of a page: in `console` blocks they stand after `$ `, and outputs below them, where `...` stands for
 * anything. In `sh` blocks every line is a command. A line that ends with a backslash goes on.
 */
export function stepsOf(page: string): Step[] {
  return [...page.matchAll(/^```(console|sh)\n(.*?)^```$/gms)].flatMap(({ index, 1: kind = '', 2: text = '' }) => {
    const start = index + '```\n'.length + kind.length;
    const pattern = kind === 'sh' ? SH : CONSOLE;
    return [...text.matchAll(pattern)].map(({ 0: all, 1: command = '', 2: output, index: from }) => {
      const at = start + from + all.length - (output ?? '').length;
      return { command, output, at };
    });
  });
}

const CONSOLE = /^\$ ((?:.*\\\n)*.*)\n((?:(?!\$ ).*\n)*)/gm;
const SH = /^(?!\s*#)((?:.*\\\n)*.+)\n/gm;

/** What differs from one run to the next: a word takes its place. */
const CHANGING: readonly (readonly [RegExp, string])[] = [
  // Git says it before or after what the driver says, or not at all, by its version.
  [/^Auto-merging .*(?:\n|$)/gm, ''],
  [/\d{4}-\d\d-\d\dT[\d:.]+(?:Z|[+-]\d\d:\d\d)|\b\d{4}-\d\d-\d\d \d\d:\d\d\b|\b\d{8}T\d{9}Z(?:-\d+)?/g, 'TIME'],
  [/\b1[789]\d{11}\b/g, 'MILLISECONDS'],
  [/\((?:just now|\d+ \w+ ago)\)/g, 'AGE'],
  // A short id may look like an age.
  [/(?<!short_id +)\b(?:now|\d+[smhd])$/gm, 'AGE'],
  [/(?<![0-9a-f])[0-9a-f]{8}-(?:[0-9a-f]{4}-){3}[0-9a-f]{12}\b/g, 'UUID'],
  [/\b(?=[a-f]*\d)[0-9a-f]{7,64}\b/g, 'HASH'],
  [/\b\d+ bytes\b/g, 'SIZE'],
  [/[ \t]+/g, ' '],
  [/ $/gm, ''],
];

function withoutChanging(text: string): string {
  return CHANGING.reduce((changed, [pattern, word]) => changed.replaceAll(pattern, word), text.trim());
}

/** A short id: four hexadecimal digits, a letter and a number among them. */
const SHORT_ID = /(?<![\w-])(?=[0-9a-f]*[a-f])(?=[a-f]*\d)[0-9a-f]{4}(?![\w-])/g;

/** The short ids that a page made up, with those that the program gave. */
export class ShortIds {
  readonly #given = new Map<string, string>();

  /** A command with the ids of this run. */
  in(command: string): string {
    return command.replaceAll(SHORT_ID, (id) => this.#given.get(id) ?? id);
  }

  /** An output with the ids of the page. */
  out(actual: string): string {
    return [...this.#given].reduce((text, [id, given]) => text.replaceAll(given, id), actual);
  }

  /** Says whether an output is as the page has it. Learns the ids that the program gave. */
  match(output: string, actual: string): boolean {
    const found: string[] = [];
    const pattern = withoutChanging(output)
      .split(SHORT_ID_OR_REST)
      .map((part) => {
        if (part === '\n...\n') return '\n(?:.*\n)*?';
        if (part === '...') return '[^]*?';
        if (!isShortId(part)) return part.replaceAll(/[\\^$.*+?()[\]{}|/-]/g, String.raw`\$&`);
        const given = this.#given.get(part);
        if (given !== undefined) return given;
        const seen = found.indexOf(part);
        if (seen !== -1) return `\\${seen + 1}`;
        found.push(part);
        return '([0-9a-f]{4})';
      })
      .join('');
    const match = new RegExp(`^${pattern}$`).exec(withoutChanging(actual));
    for (const [index, id] of found.entries()) {
      if (match !== null) this.#given.set(id, match[index + 1] ?? id);
    }
    return match !== null;
  }
}

const SHORT_ID_OR_REST = new RegExp(`(\n\\.\\.\\.\n|\\.\\.\\.|${SHORT_ID.source})`);

function isShortId(text: string): boolean {
  return new RegExp(`^${SHORT_ID.source}$`).test(text);
}
