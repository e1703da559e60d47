/** A text with a capital at its beginning. */
export function capital(text: string): string {
  return `${text[0]?.toUpperCase() ?? ''}${text.slice(1)}`;
}

/** A summary as a sentence. */
export function sentence(summary: string): string {
  return `${capital(summary)}.`;
}
