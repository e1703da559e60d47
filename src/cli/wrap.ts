import { widthOf } from './text-width.js';

/** How a text goes on in further lines. */
export interface Wrapping {
  /** So far these are indented; by two more than the first one where it is not said. */
  readonly hang?: number | undefined;
  /** Parts that stay on one line, such as commands to copy. */
  readonly keep?: readonly string[] | undefined;
}

/** Stands for a space that ends no word. Text that is written has no control characters. */
const HELD = '\0';

/** The lines of a text in so many columns. Lines end between words, so that one with a long word, or with what is kept, may be wider. */
export function wrapText(text: string, width: number, { hang, keep = [] }: Wrapping = {}): string[] {
  if (widthOf(text) <= width) return [text];
  const held = keep.reduce((all, part) => all.replaceAll(part, part.replaceAll(' ', HELD)), text);
  const indent = hang === undefined || hang > width / 2 ? text.search(/[^ ]|$/) + 2 : hang;
  const lines: string[] = [];
  let line = '';
  for (const [space, gap = '', word = ''] of held.replaceAll(/ +$/g, '').matchAll(/( *)([^ ]+)/g)) {
    const isFull = line !== '' && widthOf((line + space).replaceAll(HELD, ' ')) > width;
    if (isFull) lines.push(line);
    line = isFull ? ' '.repeat(indent) + word : `${line}${gap}${word}`;
  }
  return [...lines, line].map((each) => each.replaceAll(HELD, ' '));
}
