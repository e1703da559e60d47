/** White space that would move the cursor, and line separators: one space each run. */
const BREAKS = /[\t\n\v\f\r\u0085\u2028\u2029]+/g;
/** C0 and C1 controls, DEL, and what overrides or isolates the direction of text. */
const UNSAFE = /[\u0000-\u001f\u007f-\u009f\u202a-\u202e\u2066-\u2069]/g;

/** A text as one line that no terminal can take for a command. */
export function cleanText(text: string): string {
  return text.replaceAll(BREAKS, ' ').replaceAll(UNSAFE, '');
}

/** Those, and what some readers take for the end of a line. */
const UNSAFE_IN_JSON = /[\u0000-\u001f\u007f-\u009f\u2028\u2029\u202a-\u202e\u2066-\u2069]/g;

/** JSON text with the same characters escaped; the value is the same. */
export function cleanJson(json: string): string {
  return json.replaceAll(UNSAFE_IN_JSON, (char) => `\\u${char.charCodeAt(0).toString(16).padStart(4, '0')}`);
}
