import { joinMembers } from '../record/content.js';
import { digestOf, quote } from '../record/json.js';
import type { Member } from '../record/json.js';
import { compareUtf8 } from '../record/order.js';
import type { RecordKey } from '../record/record-key.js';
import { formatStamp } from '../record/stamp.js';
import type { Loss, ReasonedLoss } from './loss.js';

/**
 * What a value that lost is known by in all clones. Those that merge the same get the same.
 *
 * @param again how often the same value lost, and was taken or dropped, before
 */
export function conflictId({ type, id }: RecordKey, { field, kept, lost }: Loss, again: number): string {
  return Buffer.from(digestOf(JSON.stringify(['conflict', type, id, field, kept, lost, again]))).toString('hex');
}

/** Says of a value that lost that it did. */
export function openLine(key: RecordKey, { loss, why }: ReasonedLoss, again: number): string {
  const { field, base, kept, lost } = loss;
  return lineOf(conflictId(key, loss, again), [
    recordMember(key),
    ...(field === null ? [] : [['field', quote(field)] as const]),
    ['why', quote(why)],
    ...(again === 0 ? [] : [['again', String(again)] as const]),
    ...Object.entries({ base, kept, lost }).flatMap(([name, token]) =>
      token === null ? [] : [[name, token] as const],
    ),
  ]);
}

/** Says that somebody took or dropped such a value, and no more what it was. */
export function closedLine(id: string, key: RecordKey, at: number): string {
  return lineOf(id, [['closed_at', quote(formatStamp(at))], recordMember(key)]);
}

function lineOf(id: string, members: readonly Member[]): string {
  return `{${joinMembers([['id', quote(id)], ...members])}}`;
}

function recordMember({ type, id }: RecordKey): Member {
  return ['record', `[${quote(type)},${quote(id)}]`];
}

const CLOSED = /^\{"id":"[0-9a-f]{32}","closed_at":/;

/** Makes one of two lines of the same value, the same in whatever order: closed counts more than open, then the smaller bytes do. */
export function joinConflictLines(a: string, b: string): string {
  const closed = Number(CLOSED.test(b)) - Number(CLOSED.test(a));
  return (closed || compareUtf8(a, b)) <= 0 ? a : b;
}
