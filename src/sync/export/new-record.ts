import { formatLine } from '../../format/format.js';
import type { ProjectCoordinates } from '../../format/format.js';
import { changeOf } from '../../record/change.js';
import type { Content } from '../../record/content.js';
import { present } from '../../record/version.js';
import { isUnknown } from '../../store/knowledge/known.js';
import type { ExportContext } from './context.js';
import type { WorklistEntry } from './worklist.js';
import { newValues } from './guard.js';
import { noteNew } from './note-done.js';

/** The content of a record of which nothing is known but its row; undefined for all others. */
export function newContent(
  { isPrivate }: ExportContext,
  entry: WorklistEntry,
  raws: readonly string[],
): Content | undefined {
  const { content, tombstones, known } = entry;
  if (raws.length > 0 || tombstones.length > 0 || !isUnknown(known)) return undefined;
  return content === undefined || isPrivate(content) ? undefined : content;
}

/** Gives the first line of a record, for which there is nothing to plan: a first export takes a fifth less so. */
export function exportNew(
  context: ExportContext,
  entry: WorklistEntry,
  content: Content,
  coordinates: ProjectCoordinates,
): string {
  const version = present(content, context.now);
  context.guarded?.add(newValues({ ...version, form: context.form }, []));
  const line = formatLine(content, version.stamp, context.form, coordinates);
  context.tally.add(entry.type, 'written');
  noteNew(context, entry, line, version.stamp);
  context.onChange?.({ where: 'files', ...changeOf(entry, undefined, content), line });
  return line;
}
