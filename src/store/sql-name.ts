/**
 * A name as SQL takes it, whatever characters it has. Between backticks it is always a name; between double quotes SQLite takes one that it
 * does not know for a text (https://sqlite.org/quirks.html, section 8).
 */
export function sqlName(name: string): string {
  return `\`${name.replaceAll('`', '``')}\``;
}

/** Names with commas between them. */
export function sqlNames(names: readonly string[]): string {
  return names.map(sqlName).join(', ');
}

/** A text as SQL takes it. */
export function sqlText(text: string): string {
  return `'${text.replaceAll("'", "''")}'`;
}
