/** How differences are read, whatever the user's settings: whole lines, no context, nothing made nicer. */
export const PLAIN = [
  '-p',
  '-U0',
  '--no-color',
  '--no-ext-diff',
  '--no-textconv',
  '--no-renames',
  '--text',
  '--src-prefix=a/',
  '--dst-prefix=b/',
] as const;

/** A line that a difference takes away or adds. */
export interface ChangedLine {
  /** The name of the file, without its folder. */
  readonly file: string;
  readonly line: string;
  readonly sign: '+' | '-';
}

/** Takes a patch in the form of {@link PLAIN} line by line, and gives those that it takes away or adds. */
export function patchReader(): (line: string) => ChangedLine | undefined {
  let file = '';
  let isHeader = true;
  return (line) => {
    if (line.startsWith('diff --git ')) isHeader = true;
    else if (line.startsWith('@@ ')) isHeader = false;
    else if (isHeader) {
      // A name with white space has a tab after it, one with odd characters stands in quotes.
      const path = /^(?:---|\+\+\+) "?[ab]\/(.*?)"?\t?$/.exec(line)?.[1];
      if (path !== undefined) file = path.slice(path.lastIndexOf('/') + 1);
    } else if (line.startsWith('+') || line.startsWith('-')) {
      const content = line.endsWith('\r') ? line.slice(1, -1) : line.slice(1);
      return { file, line: content, sign: line.startsWith('+') ? '+' : '-' };
    }
    return undefined;
  };
}
