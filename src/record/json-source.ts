import { JsonError, Scanner, meaningOf, unquote } from './json.js';

/** A member of an object, or an element of an array under its place, as it stands in a text. */
export interface SourceMember {
  /** One that stands again in its object is told from the first by its number. */
  readonly name: string;
  /** The name as it is written; empty for an element. */
  readonly nameText: string;
  readonly text: string;
}

/** An object or an array, with all that is needed to write another one in its style. */
export interface Source {
  readonly text: string;
  readonly members: readonly SourceMember[];
  readonly isArray: boolean;
  /** What stands before the first member and after the last one. */
  readonly open: string;
  readonly close: string;
  /** What stands between a name and its value, and between two members. */
  readonly colon: string;
  readonly comma: string;
}

/** What has no members. */
export const EMPTY: Source = { text: '{}', members: [], isArray: false, open: '{', close: '}', colon: ':', comma: ',' };

/** Reads an object or an array and keeps how it is written. Throws {@link JsonError}. */
export function readSource(text: string): Source {
  const scanner = new Scanner(text, 'extent');
  scanner.space();
  const isArray = text[scanner.at] === '[';
  const end = isArray ? ']' : '}';
  if (!scanner.take(isArray ? '[' : '{')) scanner.fail('an object or an array');
  const places: Place[] = [];
  let isLast = scanner.take(end);
  while (!isLast) {
    scanner.space();
    const start = scanner.at;
    if (!isArray) scanner.string();
    const nameEnd = scanner.at;
    if (!isArray && !scanner.take(':')) scanner.fail('":"');
    scanner.space();
    const value = scanner.at;
    scanner.value(1);
    places.push({ start, nameEnd, value, end: scanner.at });
    isLast = !scanner.take(',');
    if (isLast && !scanner.take(end)) scanner.fail(`"," or "${end}"`);
  }
  scanner.end();
  const [first, second] = places;
  const last = places.at(-1);
  if (first === undefined || last === undefined)
    return { ...EMPTY, text, isArray, open: isArray ? '[' : '{', close: end, colon: isArray ? '' : ':' };
  const colon = text.slice(first.nameEnd, first.value);
  return {
    text,
    members: membersAt(text, places, isArray),
    isArray,
    open: text.slice(0, first.start),
    close: text.slice(last.end),
    colon,
    comma: second === undefined ? `,${/\s*$/.exec(colon)?.[0] ?? ''}` : text.slice(first.end, second.start),
  };
}

/** Where a member begins, its name ends, its value begins and ends. */
interface Place {
  readonly start: number;
  readonly nameEnd: number;
  readonly value: number;
  readonly end: number;
}

function membersAt(text: string, places: readonly Place[], isArray: boolean): SourceMember[] {
  const counts = new Map<string, number>();
  const members = places.map(({ start, nameEnd, value, end }, index): SourceMember => {
    const nameText = text.slice(start, nameEnd);
    const name = isArray ? String(index) : unquote(nameText);
    const count = (counts.get(name) ?? 0) + 1;
    counts.set(name, count);
    return { name: count === 1 ? name : `${name} (${count})`, nameText, text: text.slice(value, end) };
  });
  if (new Set(members.map(({ name }) => name)).size === members.length) return members;
  throw new JsonError('the names of two members cannot be told apart', 1);
}

/** The same object or array with other members, in its style. */
export function withMembers(source: Source, members: readonly SourceMember[]): Source {
  const { open, close, colon, comma } = source;
  const text = `${open}${members.map((each) => `${each.nameText}${colon}${each.text}`).join(comma)}${close}`;
  return { ...source, members, text };
}

/** Says whether two objects or arrays say the same, of their members that count. */
export function saySame(a: Source, b: Source, counts: (name: string) => boolean = () => true): boolean {
  const [these, those] = [a, b].map(({ members }) => members.filter(({ name }) => counts(name))) as [
    SourceMember[],
    SourceMember[],
  ];
  if (a.isArray !== b.isArray || these.length !== those.length) return false;
  const texts = new Map(those.map(({ name, text }) => [name, text]));
  return these.every(({ name, text }) => {
    const other = texts.get(name);
    return text === other || (other !== undefined && meaningOf(text) === meaningOf(other));
  });
}

/** The texts of the members by name. */
export function textsIn({ members }: Source): Map<string, string> {
  return new Map(members.map(({ name, text }) => [name, text]));
}

/** The text of a member by its name, or of a member of a member by their names with a dot between. */
export function textAt({ members }: Source, path: string): string | undefined {
  const literal = members.find(({ name }) => name === path);
  if (literal !== undefined) return literal.text;
  for (const member of members) {
    const rest = restOf(path, member);
    const text = rest === undefined ? undefined : textAt(readSource(member.text), rest);
    if (text !== undefined) return text;
  }
  return undefined;
}

/** The same with another text in that place. */
export function withTextAt(source: Source, path: string, text: string): Source {
  const hasLiteral = source.members.some(({ name }) => name === path);
  const members = source.members.map((member): SourceMember => {
    if (hasLiteral) return member.name === path ? { ...member, text } : member;
    const rest = restOf(path, member);
    return rest === undefined ? member : { ...member, text: withTextAt(readSource(member.text), rest, text).text };
  });
  return withMembers(source, members);
}

/** What of a path lies within a member; undefined where it lies elsewhere. */
function restOf(path: string, { name, text }: SourceMember): string | undefined {
  return path.startsWith(`${name}.`) && /^[{[]/.test(text) ? path.slice(name.length + 1) : undefined;
}
