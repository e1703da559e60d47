import { conflictId } from '../merge/conflict-line.js';
import type { LossReason, ReasonedLoss } from '../merge/loss.js';
import { joinMembers } from '../record/content.js';
import { describe } from '../record/field-token.js';
import { scanArray, scanObject, unquote } from '../record/json.js';
import { ID, isId } from '../record/limits.js';
import { integerToken } from '../record/numbers.js';
import type { RecordKey } from '../record/record-key.js';
import { parseStamp } from '../record/stamp.js';
import { entityOfType } from '../registry/entity.js';
import type { Registry } from '../registry/entity.js';
import { LineError } from '../format/parse.js';
import { REASONS, requireLoss, scanned } from './parse-lost-value.js';

/** A line of the file in which an export directory says which values lost. */
export type ConflictLine = {
  readonly id: string;
  readonly key: RecordKey;
  /** The line with its members as they are, the id first. */
  readonly raw: string;
} & (
  | ({ readonly kind: 'open'; readonly again: number } & ReasonedLoss)
  /** Somebody took or dropped it, at a time in Unix milliseconds. */
  | { readonly kind: 'closed'; readonly at: number }
  /** It is of a type that the registry does not know. */
  | { readonly kind: 'unknown' }
);

/** A value does not lose more often. */
const MOST_TIMES = 999;

/**
 * Reads such a line, which may come from anywhere: what it says must be what a line of its record could say. Throws {@link LineError} with
 * what is wrong.
 *
 * @param latest the latest time that counts
 */
export function parseConflictLine(registry: Registry, text: string, latest: number): ConflictLine {
  const scan = scanned('', () => scanObject(text));
  const members = new Map(scan);
  const id = textOf(members, 'id');
  if (!/^[0-9a-f]{32}$/.test(id)) {
    throw new LineError([`id must be 32 hexadecimal digits, not ${describe(members.get('id') ?? 'null')}`]);
  }
  const key = keyOf(members.get('record') ?? 'null');
  const raw = `{${joinMembers([...scan.filter(([name]) => name === 'id'), ...scan.filter(([name]) => name !== 'id')])}}`;
  if (members.has('closed_at')) {
    const at = parseStamp(textOf(members, 'closed_at'));
    if (at === undefined || at > latest) {
      throw new LineError([`closed_at must be an RFC 3339 time, at most 100 years from now`]);
    }
    return { kind: 'closed', id, key, raw, at };
  }
  const entity = entityOfType(registry, key.type);
  if (entity === undefined) return { kind: 'unknown', id, key, raw };
  const why = textOf(members, 'why');
  if (!Object.hasOwn(REASONS, why)) throw new LineError([`why must be one of ${Object.keys(REASONS).join(', ')}`]);
  const again = timesOf(members.get('again'));
  const loss = {
    field: members.has('field') ? textOf(members, 'field') : null,
    base: members.get('base') ?? null,
    kept: members.get('kept') ?? null,
    lost: members.get('lost') ?? 'null',
  };
  requireLoss(registry, entity, key.id, loss);
  const expected = conflictId(key, loss, again);
  if (id !== expected) throw new LineError([`id must be ${expected}, the hash of what the line says, not ${id}`]);
  return { kind: 'open', id, key, raw, loss, why: why as LossReason, again };
}

function textOf(members: ReadonlyMap<string, string>, name: string): string {
  const token = members.get(name) ?? 'null';
  if (token.startsWith('"')) return unquote(token);
  throw new LineError([`${name} must be a text, not ${describe(token)}`]);
}

function keyOf(token: string): RecordKey {
  const [type = 'null', id = 'null', ...others] = token.startsWith('[') ? scanArray(token) : [];
  if (!type.startsWith('"') || !id.startsWith('"') || others.length > 0) {
    throw new LineError([
      `record must be the type and the id of a record, as texts in an array, not ${describe(token)}`,
    ]);
  }
  const key = { type: unquote(type), id: unquote(id) };
  if (!isId(key.id)) throw new LineError([`the id of the record must be ${ID}`]);
  return key;
}

function timesOf(token = '0'): number {
  const times = integerToken(token) === undefined ? -1 : Number(token);
  if (times >= 0 && times <= MOST_TIMES) return times;
  throw new LineError([`again must be a whole number up to ${MOST_TIMES}, not ${describe(token)}`]);
}
