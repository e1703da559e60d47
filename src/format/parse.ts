import { FORMAT_VERSION, derived, fallbackToken, sortMembers } from '../record/content.js';
import type { Content } from '../record/content.js';
import { setToken } from '../record/elements.js';
import { describe, fieldToken } from '../record/field-token.js';
import { JsonError, scanArray, scanObject, unquote } from '../record/json.js';
import type { Member } from '../record/json.js';
import { ID, isId } from '../record/limits.js';
import { toPortable } from '../record/paths.js';
import { parseStamp } from '../record/stamp.js';
import type { Deleted, FileVersion, Present, UnknownLine } from '../record/version.js';
import { entityOfType } from '../registry/entity.js';
import type { Entity, Registry } from '../registry/entity.js';
import type { Field, SetField } from '../registry/field.js';
import { blobToken } from '../record/stored.js';
import { ENVELOPE, hashFits } from './line-hash.js';
import { usualLine } from './usual-line.js';
import type { UsualLine } from './usual-line.js';

/** More is not said of one line. */
const MOST_PROBLEMS = 20;

/** What is wrong with one line, each problem a sentence without its place. */
export class LineError extends Error {
  readonly problems: readonly string[];
  /** `newer_format` when the line is in a later version of the format than this package knows. */
  readonly code: 'bad_input' | 'newer_format';

  constructor(problems: readonly string[], code: 'bad_input' | 'newer_format' = 'bad_input') {
    const first = problems.slice(0, MOST_PROBLEMS);
    super(first.join('; '));
    this.name = 'LineError';
    this.problems = first;
    this.code = code;
  }
}

/**
 * Reads one line: a record, a tombstone, or a line of a type that the registry does not know.
 * Accepts any order of names, missing nullable fields, a missing or wrong content hash, and coordinates in
 * both forms. Throws {@link LineError} with all that is wrong.
 *
 * @param latest the latest stamp that counts, for a line that nothing is known of yet; any where it is left out
 */
export function parseLine(registry: Registry, raw: string, latest = Infinity): FileVersion | UnknownLine {
  if (raw.startsWith('\uFEFF')) {
    throw new LineError(['the file begins with a byte order mark; save it as UTF-8 without BOM']);
  }
  const usual = usualLine(registry, raw);
  const version = usual && versionOfUsual(usual, raw, latest);
  if (version !== undefined) return version;
  const members = scan(raw);
  const byName = new Map(members);
  const type = byName.get('type');
  if (type !== undefined) {
    if (!type.startsWith('"')) throw new LineError([`type must be a text, not ${describe(type)}`]);
    const entity = entityOfType(registry, unquote(type));
    if (entity === undefined) return { kind: 'unknown', type: unquote(type), raw };
    return parseRecord(entity, members, byName, raw, latest);
  }
  if (byName.has('entity_type')) return parseTombstone(registry, byName, members, raw, latest);
  throw new LineError(['a line must have a "type", or an "entity_type" for a deletion; this one has neither']);
}

/** Undefined where anything is wrong with a value: it is said in the words for all lines. */
function versionOfUsual(
  { entity, tokens, stamp: written }: UsualLine,
  raw: string,
  latest: number,
): FileVersion<Present> | undefined {
  const problems: string[] = [];
  const known: string[] = [];
  for (const { field, index } of entity.synced) known.push(fieldToken(field, tokens[index] ?? 'null', problems));
  const stamp = stampIn(written);
  if (problems.length > 0 || stamp === undefined || stamp > latest) return undefined;
  const content = contentOf(entity, known, []);
  return { kind: 'present', type: entity.type, id: content.id, content, form: 'portable', stamp, edited: false, raw };
}

function scan(raw: string): Member[] {
  try {
    return scanObject(raw);
  } catch (error) {
    if (error instanceof JsonError) throw new LineError([`column ${error.column}: ${error.message}`]);
    throw error;
  }
}

function parseRecord(
  entity: Entity,
  members: readonly Member[],
  byName: ReadonlyMap<string, string>,
  raw: string,
  latest: number,
): FileVersion<Present> {
  const version = byName.get('v');
  if (version !== undefined && version !== String(FORMAT_VERSION)) {
    const code = /^\d+$/.test(version) && Number(version) > FORMAT_VERSION ? 'newer_format' : 'bad_input';
    throw new LineError([`v must be ${FORMAT_VERSION}, not ${describe(version)}`], code);
  }
  const form = version === undefined ? 'absolute' : 'portable';
  const problems: string[] = [];
  const stamp = stampOf(byName, 'exported_at', latest, problems);
  const unsaid: number[] = [];
  const problem: string[] = [];
  const known: string[] = [];
  for (const { name, field, index } of entity.synced) {
    const token = byName.get(name);
    if (token === undefined && index >= entity.coreCount) {
      known.push(fallbackToken(entity, index));
      continue;
    }
    const silent = token === undefined && isLater(entity, name) ? emptyToken(field) : undefined;
    if (silent !== undefined) {
      unsaid.push(index);
      known.push(silent);
      continue;
    }
    known.push(fieldToken(field, token ?? 'null', problem));
    if (problem.length > 0) problems.push(...problem.splice(0).map((text) => problemOf(name, token, text)));
  }
  if (problems.length > 0 || stamp === undefined) throw new LineError(problems);
  const unknown = members.filter(([name]) => name !== 'v' && !ENVELOPE.has(name) && !entity.indexOf.has(name));
  const said = contentOf(entity, known, sortMembers(unknown));
  const content = unsaid.length === 0 ? said : { ...said, unsaid };
  const edited = !hashFits(entity, members, byName, known, raw);
  return { kind: 'present', type: entity.type, id: content.id, content, form, stamp, edited, raw };
}

function contentOf(entity: Entity, known: string[], unknown: readonly Member[]): Content {
  const tokens = portable(entity, known);
  return derived({ entity, id: unquote(tokens[0] ?? '""'), tokens, unknown });
}

function problemOf(name: string, token: string | undefined, text: string): string {
  return token === undefined ? `${name} is missing; it ${text.replace(/, not null$/, '')}` : `${name} ${text}`;
}

/** Whether lines may lack a field: another program's tables get columns, and a clone that does not know one yet writes lines without it. */
function isLater({ scope, key }: Entity, name: string): boolean {
  return scope === 'database' && name !== key;
}

/** What stands for a value that a line says nothing of, where neither another line nor the database has one; undefined where nothing can. */
function emptyToken(field: Field): string | undefined {
  if (field.kind === 'set') return '[]';
  if (field.nullable) return 'null';
  return EMPTY[field.kind];
}

const EMPTY: Readonly<Record<Exclude<Field['kind'], 'set'>, string | undefined>> = {
  ...{ text: '""', any: '""', integer: '0', number: '0', real: '0.0', blob: blobToken(new Uint8Array()) },
  ref: undefined,
};

/** Maps coordinates to portable form; a foreign project's root is the record's own scope. */
function portable(entity: Entity, tokens: string[]): string[] {
  const { scope } = entity;
  if (scope === 'database' || !('column' in scope)) return tokens;
  const scopeToken = tokens[entity.indexOf.get(scope.column) ?? -1];
  if (scopeToken === undefined) return tokens;
  const root = scopeToken === 'null' ? '.' : unquote(scopeToken);
  const mapped: string[] = [];
  for (const { field, index } of entity.synced) mapped.push(portableToken(field, tokens[index] ?? 'null', root));
  return mapped;
}

function portableToken(field: Field, token: string, root: string): string {
  if (field.kind === 'text') {
    if (field.coordinate === 'scope' || field.coordinate === 'scope-id') return '"."';
    return field.coordinate === 'path' && token !== 'null' ? relative(token, root) : token;
  }
  if (field.kind !== 'set' || token === '[]' || !hasPaths(field)) return token;
  return setToken(
    field.set,
    scanArray(token).map((element) => [relative(element, root)]),
  );
}

/** A set of paths has the path as its only column. */
function hasPaths(field: SetField): boolean {
  return Object.values(field.set.element).some((column) => column.kind === 'text' && column.coordinate === 'path');
}

function relative(token: string, root: string): string {
  const path = unquote(token);
  return root === '.' ? token : JSON.stringify(toPortable(path, root));
}

function parseTombstone(
  registry: Registry,
  byName: ReadonlyMap<string, string>,
  members: readonly Member[],
  raw: string,
  latest: number,
): FileVersion<Deleted> | UnknownLine {
  const problems: string[] = [];
  const text = (name: string, required: boolean): string => {
    const token = byName.get(name) ?? 'null';
    if (token.startsWith('"')) return unquote(token);
    if (required || token !== 'null') problems.push(`${name} must be a text, not ${describe(token)}`);
    return '';
  };
  const type = text('entity_type', true);
  if (problems.length === 0 && entityOfType(registry, type) === undefined) return { kind: 'unknown', type, raw };
  const id = text('entity_id', true);
  text('project_path', false);
  const by = text('deleted_by', false);
  const stamp = stampOf(byName, 'deleted_at', latest, problems);
  if (!isId(id)) problems.push(`entity_id must be ${ID}, not ${describe(byName.get('entity_id') ?? 'null')}`);
  if (problems.length > 0 || stamp === undefined) throw new LineError(problems);
  const known = new Set(['entity_type', 'entity_id', 'project_path', 'deleted_at', 'deleted_by']);
  return {
    kind: 'deleted',
    type,
    id,
    stamp,
    by,
    unknown: sortMembers(members.filter(([name]) => !known.has(name))),
    raw,
  };
}

/** The stamp that was read last, since many lines of a file have one. */
let read: { readonly token: string; readonly stamp: number | undefined } = { token: '""', stamp: undefined };

function stampIn(token: string): number | undefined {
  if (token !== read.token) read = { token, stamp: parseStamp(unquote(token)) };
  return read.stamp;
}

function stampOf(
  byName: ReadonlyMap<string, string>,
  name: string,
  latest: number,
  problems: string[],
): number | undefined {
  const token = byName.get(name);
  const stamp = token?.startsWith('"') === true ? stampIn(token) : undefined;
  if (stamp === undefined) {
    const found = token === undefined ? 'is missing' : `is ${describe(token)}`;
    problems.push(`${name} ${found}; it must be a time such as "2026-01-31T10:00:00.000Z", in the years 0 to 9999`);
  } else if (stamp > latest) {
    problems.push(
      `${name} is ${describe(token ?? '')}, more than 100 years after this clock; set it right, or run sc-sync export --full where the database has the record`,
    );
  }
  return stamp;
}
