import { tokenOf } from '../record/content.js';
import { quote } from '../record/json.js';
import { compareUtf8 } from '../record/order.js';
import type { FileVersion } from '../record/version.js';
import type { Registry } from '../registry/entity.js';
import { versionOf } from '../format/version-of.js';
import { literally, readRecordPatches } from './patch.js';

/** The field that people call a record by, in entities that have one. */
const SHORT_ID = 'short_id';

/**
 * The full ids, in order, of the records that a short id or the beginning of an id names in the files and the history of HEAD: those that
 * ever had that short id; where there is none, those whose id begins so. Throws `io`.
 */
export function findRecordIds(registry: Registry, cwd: string, text: string): string[] {
  if (text === '') return [];
  const [short, beginning] = [new Set<string>(), new Set<string>()];
  const pattern = `id" *: *${literally(quote(text).slice(0, -1))}`;
  const isNamed = new RegExp(pattern);
  for (const change of readRecordPatches(registry, cwd, pattern)) {
    const isAsked = change.sign !== 'commit' && isNamed.test(change.line);
    const version = isAsked ? versionOf(registry, change.line) : undefined;
    if (version === undefined) continue;
    if (shortIdOf(version) === quote(text)) short.add(version.id);
    if (version.id.startsWith(text)) beginning.add(version.id);
  }
  return [...(short.size > 0 ? short : beginning)].sort(compareUtf8);
}

function shortIdOf(version: FileVersion): string | undefined {
  const hasOne = version.kind === 'present' && version.content.entity.indexOf.has(SHORT_ID);
  return hasOne ? tokenOf(version.content, SHORT_ID) : undefined;
}
