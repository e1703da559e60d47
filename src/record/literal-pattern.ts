/** A regular expression's source that matches just this text. `RegExp.escape` came with Node 24. */
export function literalPattern(text: string): string {
  return text.replaceAll(/[\\^$.*+?()[\]{}|]/g, '\\$&');
}
