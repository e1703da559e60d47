import { dataText, hashOfData, joinMembers, sortMembers } from '../record/content.js';
import { unquote } from '../record/json.js';
import type { Member } from '../record/json.js';
import type { Entity } from '../registry/entity.js';

/** Names that a line has beside the data of its record. */
export const ENVELOPE: ReadonlySet<string> = new Set(['type', 'content_hash', 'exported_at']);

/** A hash fits when it is that of the data object as it was written, or as it would be written. */
export function hashFits(
  entity: Entity,
  members: readonly Member[],
  byName: ReadonlyMap<string, string>,
  known: readonly string[],
  raw: string,
): boolean {
  const token = byName.get('content_hash');
  if (token === undefined) return false;
  const hash = unquote(token);
  const usual = usualData(byName, raw);
  if (usual !== undefined && hash === hashOfData(usual)) return true;
  const data = members.filter(([name]) => !ENVELOPE.has(name));
  const written = joinMembers(data);
  if (written !== usual && hash === hashOfData(written)) return true;
  const text = dataText(
    entity,
    known,
    sortMembers(data.filter(([name]) => !entity.indexOf.has(name) && name !== 'v')),
    byName.has('v'),
  );
  return text !== written && hash === hashOfData(text);
}

/** The data object of a line that is written as usual: the type before it, hash and time behind it. It need not be put together then. */
function usualData(byName: ReadonlyMap<string, string>, raw: string): string | undefined {
  const head = `{"type":${byName.get('type') ?? ''},`;
  const tail = `,"content_hash":${byName.get('content_hash') ?? ''},"exported_at":${byName.get('exported_at') ?? ''}}`;
  const isUsual = raw.startsWith(head) && raw.endsWith(tail) && raw.length > head.length + tail.length;
  return isUsual ? raw.slice(head.length, -tail.length) : undefined;
}
