import { SyncError } from '../errors.js';
import type { SyncErrorCode } from '../errors.js';
import { requireNamedEntity } from '../record/type-names.js';
import { count } from './describe.js';
import { readObject } from './field-values.js';
import { putRecord } from './put-record.js';
import type { PutRecord } from './put-record.js';
import type { Session } from './session.js';

/** What became of one line. */
export interface PutLine extends PutRecord {
  /** Its number, from 1. */
  readonly line: number;
}

/** What may be wrong with a line; any other failure is one of all. */
const OF_A_LINE: readonly SyncErrorCode[] = ['usage', 'bad_input', 'not_found', 'refused'];

/**
 * Puts a record for each line of a text, all or none. A line is an object with its type, as `get --json` prints it or a data file has
 * it; blank lines are left out. Throws `bad_input` with what is wrong with each line.
 */
export function putBatch(session: Session, text: string): PutLine[] {
  const { sql, registry } = session.store();
  const records = session.records();
  const lines = text
    .split('\n')
    .map((source, index) => ({ source: source.trim(), line: index + 1 }))
    .filter(({ source }) => source !== '');
  if (lines.length === 0) {
    throw new SyncError('bad_input', 'Cannot put anything: there is no line', {
      hint: `for example: {"type":"issue","title":"Login fails"}`,
    });
  }
  return sql.transaction('immediate', () => {
    const problems: string[] = [];
    let wrong = 0;
    const done = lines.flatMap(({ source, line }): PutLine[] => {
      try {
        const values = readObject(source, `line ${line}`);
        const { type } = values;
        if (typeof type !== 'string') throw new SyncError('bad_input', 'The member "type" is missing');
        return [{ line, ...putRecord(records, requireNamedEntity(registry, type), undefined, values) }];
      } catch (error) {
        if (!(error instanceof SyncError && OF_A_LINE.includes(error.code))) throw error;
        wrong++;
        problems.push(...told(line, error));
        return [];
      }
    });
    if (wrong === 0) return done;
    throw new SyncError('bad_input', `Nothing was put: ${wrong} of ${count(lines.length, 'line')} cannot be taken`, {
      details: problems,
      hint: 'correct these lines, and put all of them again',
    });
  });
}

/** What is wrong with a line, and what to do about it. */
function told(line: number, { message, details, hint }: SyncError): string[] {
  const where = `line ${line}: `;
  const what = message.startsWith(where) ? message : `${where}${message}`;
  return [
    hint === undefined ? what : `${what} (${hint})`,
    ...details.filter((detail) => !message.includes(detail)).map((detail) => `${where}${detail}`),
  ];
}
