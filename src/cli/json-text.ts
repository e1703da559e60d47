/** A piece of JSON that stands as it is: integers of 64 bits and unknown values keep the text of their tokens. */
export class ExactJson {
  readonly text: string;

  constructor(text: string) {
    this.text = text;
  }
}

/** A value as another program's file has it. What no parser of JSON takes (`NaN`, a lone surrogate) is given as its text. */
export function exactOrText(token: string): ExactJson | string {
  try {
    JSON.parse(token);
    return token.isWellFormed() ? new ExactJson(token) : token;
  } catch {
    return token;
  }
}

/** The JSON text of a value on one line. Members that are undefined are left out. */
export function jsonText(value: unknown): string {
  if (value instanceof ExactJson) return value.text;
  if (typeof value === 'bigint') return value.toString();
  if (Array.isArray(value)) return `[${value.map(jsonText).join(',')}]`;
  if (typeof value !== 'object' || value === null) return value === undefined ? 'null' : JSON.stringify(value);
  const members = Object.entries(value).filter(([, member]) => member !== undefined);
  return `{${members.map(([name, member]) => `${JSON.stringify(name)}:${jsonText(member)}`).join(',')}}`;
}
