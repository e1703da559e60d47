import { join } from 'node:path';

import { isConflictMarker } from '../../merge/conflict-marker.js';
import { fileExists } from '../../files/file.js';
import { readLines } from '../../files/line-reader.js';
import type { TextLine } from '../../files/line-reader.js';
import { parseConflictLine } from '../../files/parse-conflict-line.js';
import type { ConflictLine } from '../../files/parse-conflict-line.js';
import { LineError } from '../../format/parse.js';
import { NOT_UTF8 } from '../../record/limits.js';
import { entityOfType } from '../../registry/entity.js';
import { CONFLICTS_FILE } from '../../registry/names.js';
import { closeShared, noteOfOthers } from '../../store/knowledge/journal.js';
import type { ImportContext } from './context.js';

/**
 * Takes into the journal what others say has lost, and out of it what others took or dropped. To be called before the import notes what loses
 * here: a value that loses after it was taken is another loss. A line that cannot be read stays in the file, and keeps nothing else out.
 */
export function takeConflicts(context: ImportContext, dir: string): void {
  const path = join(dir, CONFLICTS_FILE);
  if (!fileExists(path)) return;
  for (const line of readLines(path)) {
    if (line.text.trim() === '') continue;
    const read = readLine(context, line);
    if (read === undefined) context.unsettled.add(CONFLICTS_FILE);
    else takeLine(context, read);
  }
}

function readLine(context: ImportContext, line: TextLine): ConflictLine | undefined {
  const { report, registry, latest } = context;
  const place = `${CONFLICTS_FILE}:${line.number}`;
  if (isConflictMarker(line.text)) {
    const what = `the conflict marker ${JSON.stringify(line.text.slice(0, 40))} stands here`;
    report.skipped.push({ key: undefined, code: 'conflict_markers', problem: `${place}: ${what}` });
    return undefined;
  }
  try {
    if (line.invalidUtf8 === true) throw new LineError([NOT_UTF8]);
    return parseConflictLine(registry, line.text, latest);
  } catch (error) {
    if (!(error instanceof LineError)) throw error;
    for (const problem of error.problems) report.unread.push(`${place}: ${problem}`);
    return undefined;
  }
}

function takeLine(context: ImportContext, line: ConflictLine): void {
  const { sql, registry, rows, target, report, now, isPrivate } = context;
  const { key } = line;
  if (line.kind === 'unknown') {
    context.unsettled.add(CONFLICTS_FILE);
  } else if (line.kind === 'open') {
    if (!noteOfOthers(sql, target.project, line, now)) return;
    report.lostElsewhere++;
    report.noticeLoss(key, `lost a value of ${line.loss.field ?? 'the whole record'} in the merge of another clone`);
  } else {
    const entity = entityOfType(registry, key.type);
    const row = entity === undefined ? undefined : rows.read(entity, key.id);
    // What others made of a record that is private now is nothing that its owner must lose.
    if (row === undefined || !isPrivate(row)) closeShared(sql, line);
  }
}
