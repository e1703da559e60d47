import type { Content } from '../record/content.js';
import { dataMembers, elementsOf, hashOfData, joinMembers, setToken } from '../record/content.js';
import { quote, unquote } from '../record/json.js';
import { fromPortable } from '../record/paths.js';
import { formatStamp } from '../record/stamp.js';
import type { PathForm, Tombstone } from '../record/version.js';
import type { Field, SetField } from '../registry/entity.js';

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
  return joinMembers(dataMembers(content.entity, tokens, content.unknown, form === 'portable'));
}

/** One line of a record's file, without its ending. */
export function formatLine(content: Content, stamp: number, form: PathForm, coordinates: ProjectCoordinates): string {
  return lineOfData(content.entity.type, formatData(content, form, coordinates), stamp);
}

/** One line of a record's file from its data object without braces. */
function lineOfData(type: string, data: string, stamp: number): string {
  return `{"type":${quote(type)},${data},"content_hash":"${hashOfData(data)}","exported_at":"${formatStamp(stamp)}"}`;
}

/** One line of the file of deletions, without its ending. */
export function formatTombstone(tombstone: Tombstone, form: PathForm, project: string): string {
  return `{${joinMembers([
    ['entity_type', quote(tombstone.type)],
    ['entity_id', quote(tombstone.id)],
    ['project_path', quote(form === 'portable' ? '.' : project)],
    ['deleted_at', quote(formatStamp(tombstone.stamp))],
    ['deleted_by', quote(tombstone.by)],
    ...tombstone.unknown,
  ])}}`;
}

/** The tokens with coordinates as they are on this machine. */
export function absoluteTokens(content: Content, coordinates: ProjectCoordinates): string[] {
  return content.entity.synced.map(({ field, index }) =>
    absoluteToken(field, content.tokens[index] ?? 'null', coordinates),
  );
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
