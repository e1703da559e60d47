/** What a statement of a trigger writes. */
export interface TriggerWrite {
  /** The table, in lower case. */
  readonly table: string;
  /** The columns that an `UPDATE` sets, in lower case; undefined where rows are made or deleted. */
  readonly columns: readonly string[] | undefined;
}

/** Comments, texts, names with and without quotes, and every other character. */
const TOKEN =
  /--[^\n]*|\/\*[\s\S]*?(?:\*\/|$)|'(?:[^']|'')*'|"(?:[^"]|"")*"|`(?:[^`]|``)*`|\[[^\]]*\]|[\p{L}_][\p{L}\p{N}_$]*|\S/gu;

/** What ends the assignments of an `UPDATE`. */
const AFTER_SET = new Set(['where', 'from', 'order', 'limit', 'returning', ';']);

/** What a trigger writes, by its `CREATE TRIGGER` statement (https://sqlite.org/lang_createtrigger.html). */
export function writesOf(ddl: string): TriggerWrite[] {
  const tokens = [...ddl.matchAll(TOKEN)].map(([token]) => token).filter((token) => !/^(?:--|\/\*)/.test(token));
  const body = tokens.slice(tokens.findIndex((token) => word(token) === 'begin') + 1);
  return body.flatMap((token, at): TriggerWrite[] => {
    const isDelete = word(token) === 'from' && word(body[at - 1]) === 'delete';
    if (isDelete || word(token) === 'into') return [{ table: tableAt(body, at + 1).name, columns: undefined }];
    return word(token) === 'update' ? updateAt(body, at) : [];
  });
}

function updateAt(body: readonly string[], at: number): TriggerWrite[] {
  const start = word(body[at + 1]) === 'or' ? at + 3 : at + 1;
  // `ON CONFLICT DO UPDATE SET` belongs to an insert, which is there by itself.
  if (word(body[start]) === 'set') return [];
  const { name, end } = tableAt(body, start);
  const set = body.findIndex((token, index) => index >= end && word(token) === 'set');
  return set === -1 ? [] : [{ table: name, columns: columnsFrom(body, set + 1) }];
}

/** The columns that stand before `=`, one or some in parentheses, from the first assignment on. */
function columnsFrom(body: readonly string[], start: number): string[] {
  const columns: string[] = [];
  let [depth, isLeft] = [0, true];
  for (const token of body.slice(start)) {
    if (depth === 0 && AFTER_SET.has(word(token))) break;
    if (token === '(') depth++;
    else if (token === ')') depth--;
    else if (depth === 0 && token === ',') isLeft = true;
    else if (depth === 0 && token === '=') isLeft = false;
    else if (isLeft && token !== ',') columns.push(nameOf(token));
  }
  return columns;
}

/** The table that is named from a place on, perhaps after its schema, and the place after it. */
function tableAt(body: readonly string[], at: number): { readonly name: string; readonly end: number } {
  const place = body[at + 1] === '.' ? at + 2 : at;
  return { name: nameOf(body[place] ?? ''), end: place + 1 };
}

/** A word of SQL in lower case; empty for what stands in quotes. */
function word(token: string | undefined): string {
  return token === undefined || /^["'`[]/.test(token) ? '' : token.toLowerCase();
}

function nameOf(token: string): string {
  const [quote = ''] = token;
  if (quote === '[') return token.slice(1, -1).toLowerCase();
  const isQuoted = /^["'`]/.test(token);
  return (isQuoted ? token.slice(1, -1).replaceAll(quote + quote, quote) : token).toLowerCase();
}
