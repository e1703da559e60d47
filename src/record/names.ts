import { SyncError } from '../errors.js';
import { entityOfType } from '../registry/entity.js';
import type { Entity, Registry } from '../registry/entity.js';
import { tokenOf } from './content.js';
import type { Content } from './content.js';
import { unquote } from './json.js';
import type { RecordKey } from './record-key.js';
import type { FileVersion } from './version.js';

/** A record with what people call it by, as far as it is known. */
export interface NamedRecord extends RecordKey {
  readonly shortId?: string | undefined;
  /** What its natural key ends with. */
  readonly naturalKey?: string | undefined;
  /** What tells people which record it is. */
  readonly title?: string | undefined;
}

/** How a name fits a record, the best first. */
const FITS = ['id', 'short id', 'natural key', 'id without prefix', 'beginning'] as const;
export type Fit = (typeof FITS)[number];

/** A record that a name fits. */
export interface FittingRecord extends NamedRecord {
  readonly fit: Fit;
}

/** The fields that name a record to people. */
export function nameFields({
  shortId,
  naturalKeys,
  title,
}: Entity): Readonly<Record<'shortId' | 'naturalKey' | 'title', string | undefined>> {
  return { shortId: shortId?.field, naturalKey: naturalKeys[0]?.at(-1), title };
}

/** The record of a version. A deletion says nothing but the id. */
export function namedRecord(version: FileVersion): NamedRecord {
  const { type, id } = version;
  return version.kind === 'present' ? namedContent(version.content) : { type, id };
}

/** The record of a content. */
export function namedContent(content: Content): NamedRecord {
  const textOf = (name: string | undefined): string | undefined => {
    const token = name === undefined ? 'null' : tokenOf(content, name);
    return token === 'null' ? undefined : unquote(token);
  };
  const { shortId, naturalKey, title } = nameFields(content.entity);
  return {
    type: content.entity.type,
    id: content.id,
    shortId: textOf(shortId),
    naturalKey: textOf(naturalKey),
    title: textOf(title),
  };
}

/** The records that a name fits best, each once, in the order in which they came. */
export function bestFits(registry: Registry, records: Iterable<NamedRecord>, name: string): FittingRecord[] {
  if (name === '') return [];
  const found = new Map<string, FittingRecord>();
  let best: number = FITS.length - 1;
  for (const record of records) {
    const fit = fitOf(registry, record, name);
    if (fit === undefined || FITS.indexOf(fit) > best) continue;
    if (FITS.indexOf(fit) < best) found.clear();
    best = FITS.indexOf(fit);
    found.set(`${record.type} ${record.id}`, { ...record, fit });
  }
  return [...found.values()];
}

function fitOf(registry: Registry, record: NamedRecord, name: string): Fit | undefined {
  const { id, shortId, naturalKey } = record;
  const prefix = entityOfType(registry, record.type)?.idPrefix ?? '';
  if (id === name) return 'id';
  if (shortId !== undefined && isShortId(registry, record.type, shortId, name)) return 'short id';
  if (naturalKey === name) return 'natural key';
  if (id === `${prefix}${name}`) return 'id without prefix';
  return id.startsWith(name) || id.startsWith(`${prefix}${name}`) ? 'beginning' : undefined;
}

/** A short id may be said with a prefix or without, in any case. A prefix that is another type's names no record of this one. */
function isShortId({ entities }: Registry, type: string, shortId: string, name: string): boolean {
  const [own, asked] = [splitShortId(shortId), splitShortId(name)];
  if (own.rest !== asked.rest) return false;
  if (own.prefix === asked.prefix || asked.prefix === '') return true;
  return own.prefix === '' && !entities.some((other) => other.type !== type && prefixOf(other) === asked.prefix);
}

function prefixOf({ shortId }: Entity): string {
  return splitShortId(shortId?.prefix ?? '').prefix;
}

/** The word before a short id, and the short id itself. */
export function splitShortId(text: string): { readonly prefix: string; readonly rest: string } {
  const [, prefix = '', rest = text] = /^([a-z][a-z0-9]*-)(.*)$/s.exec(text.toLowerCase()) ?? [];
  return { prefix, rest: prefix === '' ? text.toLowerCase() : rest };
}

/** An id as it is made by a program: a prefix and 12 or more digits. */
function isMade({ idPrefix }: Entity, id: string): boolean {
  return id.startsWith(idPrefix) && /^[0-9a-f-]{12,}$/.test(id.slice(idPrefix.length));
}

/** So much of an id, its prefix not counted, must be said where the record is changed. */
const LEAST = 4;

/**
 * Whether a record may be changed by that name. A beginning must say enough; and what looks like a whole id that somebody thought of
 * (`issue_1`) is not taken for the beginning of another one (`issue_12`).
 */
export function isSure(entity: Entity, { fit, id }: FittingRecord, name: string): boolean {
  if (fit !== 'beginning') return true;
  const hasPrefix = isWholeId(entity, name);
  const rest = hasPrefix ? name.slice(entity.idPrefix.length) : name;
  return rest.length >= LEAST && (!hasPrefix || isMade(entity, id));
}

/** Whether a name is written as the whole id of a record of that type. */
export function isWholeId({ idPrefix }: Entity, name: string): boolean {
  return idPrefix !== '' && name.length > idPrefix.length && name.startsWith(idPrefix);
}

/** How much of a title is shown. */
const TITLE = 50;

/** A record as people know it: `issue 6b1d "Payment broken"`, `memory release`. */
export function calledBy({ type, id, shortId, naturalKey, title }: NamedRecord): string {
  if (naturalKey !== undefined && /^[\w.:/-]{1,50}$/.test(naturalKey)) return `${type} ${naturalKey}`;
  return `${type} ${shortId ?? id}${titleOf(title)}`;
}

/** The same with its whole id. */
function calledInFull({ type, id, shortId, title }: NamedRecord): string {
  return `${type} ${id}${shortId === undefined ? '' : ` (${shortId})`}${titleOf(title)}`;
}

function titleOf(title: string | undefined): string {
  if (title === undefined || title === '') return '';
  const characters = Array.from(title);
  return ` "${characters.length <= TITLE ? title : `${characters.slice(0, TITLE - 1).join('')}…`}"`;
}

/** So many records that a name could mean are listed. */
const MOST_NAMED = 10;

/** The error for a name that fits several records. */
export function severalFit(name: string, records: readonly NamedRecord[]): SyncError {
  const left = records.length - MOST_NAMED;
  return new SyncError('usage', `The name ${name} fits ${records.length} records`, {
    details: [...records.slice(0, MOST_NAMED).map(calledInFull), ...(left > 0 ? [`and ${left} more`] : [])],
    hint: 'give the whole id, or more of it',
  });
}
