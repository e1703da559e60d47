import { tokenOf } from '../record/content.js';
import { quote } from '../record/json.js';
import { compareUtf8 } from '../record/order.js';
import type { FileVersion } from '../record/version.js';
import type { Registry } from '../registry/entity.js';
import { versionOf } from '../store/versions.js';
import { literally, readPatches } from './patches.js';

/** The field that people call a record by, in entities that have one. */
const SHORT_ID = 'short_id';

/**
 * The full ids, in order, of the records that a short id or the beginning of an id names in the files and the history of HEAD: those that
 * ever had that short id; where there is none, those whose id begins so. Throws `io`.
 */
export async function findRecordIds(registry: Registry, cwd: string, text: string): Promise<string[]> {
  if (text === '') return [];
  const [short, beginning] = [new Set<string>(), new Set<string>()];
  const pattern = `id" *: *${literally(quote(text).slice(0, -1))}`;
  const isNamed = new RegExp(`^[+-].*${pattern}`);
  await readPatches(registry, cwd, pattern, (line) => {
    const version = isNamed.test(line) ? versionOf(registry, line.slice(1)) : undefined;
    if (version === undefined) return;
    if (shortIdOf(version) === quote(text)) short.add(version.id);
    if (version.id.startsWith(text)) beginning.add(version.id);
  });
  return [...(short.size > 0 ? short : beginning)].sort(compareUtf8);
}

function shortIdOf(version: FileVersion): string | undefined {
  const hasOne = version.kind === 'line' && version.content.entity.indexOf.has(SHORT_ID);
  return hasOne ? tokenOf(version.content, SHORT_ID) : undefined;
}
