import { SyncError } from '../errors.js';
import type { Content } from '../record/content.js';
import { dataText, elementsOf, hashOfData, joinMembers } from '../record/content.js';
import { setToken } from '../record/elements.js';
import { JsonError, quote, scanObject, unquote } from '../record/json.js';
import { LIMITS, LINE_TOO_LONG, fitsInto } from '../record/limits.js';
import { fromPortable } from '../record/paths.js';
import { formatStamp, isStamp } from '../record/stamp.js';
import { isDeleted } from '../record/version.js';
import type { Deleted, PathForm, Version } from '../record/version.js';
import type { Field, SetField } from '../registry/field.js';

/** What the coordinates of a project are on this machine. */
export interface ProjectCoordinates {
  /** The project's path. */
  readonly project: string;
  /** The id of its row in the scope table; empty where there is none. */
  readonly scopeId: string;
}

/** The data object of a content without its braces, as it stands in a line of the given form. */
function formatData(content: Content, form: PathForm, coordinates: ProjectCoordinates): string {
  const tokens = form === 'portable' ? content.tokens : absoluteTokens(content, coordinates);
  return dataText(content.entity, tokens, content.unknown, form === 'portable');
}

/** One line of a record's file, without its ending. Throws `bad_input` where the stamp cannot be written, or the line could not be read. */
export function formatLine(content: Content, stamp: number, form: PathForm, coordinates: ProjectCoordinates): string {
  const { type } = content.entity;
  const data = formatData(content, form, coordinates);
  const exportedAt = stampText(type, content.id, stamp);
  const line = `{"type":${quote(type)},${data},"content_hash":"${hashOfData(data)}","exported_at":"${exportedAt}"}`;
  const problem = problemIn(line);
  if (problem === undefined) return line;
  throw new SyncError('bad_input', `Cannot write ${type} ${content.id} into a line: ${problem}`, {
    hint: 'nothing was written; shorten its values, or keep it here with sc-sync private',
  });
}

/** The line of a version, without its ending: the one it was read from, else as it is written. Throws as {@link formatLine} does. */
export function lineOf(version: Version, form: PathForm, coordinates: ProjectCoordinates): string {
  if (version.raw !== undefined) return version.raw;
  return isDeleted(version)
    ? formatTombstone(version, form, coordinates.project)
    : formatLine(version.content, version.stamp, form, coordinates);
}

/** Why nobody could read a line; a short one is below every limit. */
function problemIn(line: string): string | undefined {
  if (line.length < LIMITS.values) return undefined;
  if (!fitsInto(line, LIMITS.lineBytes)) return LINE_TOO_LONG;
  try {
    scanObject(line);
    return undefined;
  } catch (error) {
    if (error instanceof JsonError) return error.message;
    throw error;
  }
}

/** The stamp that was written last, since an export gives one to many lines. */
let written = { stamp: 0, text: formatStamp(0) };

/** A clock that is past the last moment that can be written gives no stamp. */
function stampText(type: string, id: string, stamp: number): string {
  if (stamp === written.stamp) return written.text;
  if (isStamp(stamp)) return (written = { stamp, text: formatStamp(stamp) }).text;
  throw new SyncError(
    'bad_input',
    `Cannot write ${type} ${id}: it needs a stamp outside of the years 0 to 9999 (${stamp} ms)`,
    {
      hint: 'nothing was written; set the clock of this machine',
    },
  );
}

/** One line of the file of deletions, without its ending. Throws `bad_input` as {@link formatLine} does. */
export function formatTombstone(tombstone: Deleted, form: PathForm, project: string): string {
  return `{${joinMembers([
    ['entity_type', quote(tombstone.type)],
    ['entity_id', quote(tombstone.id)],
    ['project_path', quote(form === 'portable' ? '.' : project)],
    ['deleted_at', quote(stampText(tombstone.type, tombstone.id, tombstone.stamp))],
    ['deleted_by', quote(tombstone.by)],
    ...tombstone.unknown,
  ])}}`;
}

/** The tokens with coordinates as they are on this machine. */
export function absoluteTokens(content: Content, coordinates: ProjectCoordinates): string[] {
  const tokens: string[] = [];
  for (const { field, index } of content.entity.synced) {
    tokens.push(absoluteToken(field, content.tokens[index] ?? 'null', coordinates));
  }
  return tokens;
}

/** One field's token with coordinates as they are on this machine. */
export function absoluteToken(field: Field, token: string, { project, scopeId }: ProjectCoordinates): string {
  if (field.kind === 'set') return absoluteSet(field, token, project);
  if (field.kind !== 'text' || field.coordinate === undefined || token === 'null') return token;
  return quote(field.coordinate === 'scope-id' ? scopeId : fromPortable(unquote(token), project));
}

function absoluteSet(field: SetField, token: string, project: string): string {
  const [column] = Object.values(field.set.element);
  if (token === '[]' || column?.kind !== 'text' || column.coordinate !== 'path') return token;
  return setToken(
    field.set,
    elementsOf(field.set, token).map(([path]) => [quote(fromPortable(unquote(path ?? '""'), project))]),
  );
}
