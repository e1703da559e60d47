import { versionOf } from '../format/version-of.js';
import { quote } from '../record/json.js';
import { bestFits, nameFields, namedRecord, splitShortId } from '../record/names.js';
import type { FittingRecord, NamedRecord } from '../record/names.js';
import { compareUtf8 } from '../record/order.js';
import type { Entity, Registry } from '../registry/entity.js';
import { literally, readRecordPatches } from './patch.js';

/**
 * The records that a name means in the files and the history of HEAD, in the order of their ids: those that it fits best, by what they ever
 * were called. Throws `io`.
 *
 * @param entity the only type that is meant, if one was said
 */
export function findRecords(registry: Registry, cwd: string, name: string, entity?: Entity): FittingRecord[] {
  if (name === '') return [];
  const found = bestFits(registry, namedInHistory(registry, cwd, name, entity), name);
  return found.sort((a, b) => compareUtf8(a.id, b.id));
}

function* namedInHistory(registry: Registry, cwd: string, name: string, entity?: Entity): Generator<NamedRecord> {
  const pattern = patternOf(registry, name);
  const isNamed = new RegExp(pattern);
  for (const change of readRecordPatches(registry, cwd, pattern)) {
    const isAsked = change.sign !== 'commit' && isNamed.test(change.line);
    const version = isAsked ? versionOf(registry, change.line) : undefined;
    if (version !== undefined && (entity === undefined || version.type === entity.type)) yield namedRecord(version);
  }
}

/** The pattern of a line that the name may fit: a field that names a record has it at its beginning, or after a prefix. */
function patternOf({ entities }: Registry, name: string): string {
  const fields = entities.flatMap((entity) => {
    const { shortId, naturalKey } = nameFields(entity);
    return [entity.key, shortId, naturalKey].flatMap((field) => (field === undefined ? [] : [literally(field)]));
  });
  const prefixes = entities.map(({ idPrefix }) => literally(quote(idPrefix).slice(1, -1)));
  const written = literally(quote(name).slice(1, -1));
  const short = inAnyCase(quote(splitShortId(name).rest).slice(1, -1));
  const names = `(${[...new Set(prefixes)].join('|')})?${written}|([A-Za-z][A-Za-z0-9]*-)?${short}"`;
  return `"(entity_id|${[...new Set(fields)].join('|')})" *: *"(${names})`;
}

function inAnyCase(text: string): string {
  return Array.from(text, (char) =>
    /[a-z]/i.test(char) ? `[${char.toLowerCase()}${char.toUpperCase()}]` : literally(char),
  ).join('');
}
