import stringWidth from 'string-width';

/** A text of which each character takes one column of a terminal. */
export const PLAIN = /^[\x20-\x7e]*$/;

/** How many columns of a terminal a text takes. */
export function widthOf(text: string): number {
  return PLAIN.test(text) ? text.length : stringWidth(text);
}
