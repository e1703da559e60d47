import { conflictId } from '../../merge/conflict-line.js';
import type { Loss } from '../../merge/loss.js';
import type { RecordKey } from '../../record/record-key.js';
import { CONFLICTS_FILE } from '../../registry/names.js';
import type { Sql } from '../sql.js';
import { addSeen, findDigest } from './seen.js';

/**
 * Which values that lost are shared. The id of one that this database ever shared, or learnt of, is a digest like that of a version that was
 * seen. So one that is seen, and of which the journal has nothing, was taken or dropped.
 */
export function wasShared(sql: Sql, id: string): boolean {
  return findDigest(sql, Buffer.from(id, 'hex')) !== undefined;
}

/** Which time of losing a value was shared last, from 0 on; -1 where it never was. */
export function sharedRound(sql: Sql, key: RecordKey, loss: Loss): number {
  let round = -1;
  while (wasShared(sql, conflictId(key, loss, round + 1))) round++;
  return round;
}

/** What an entry of the journal is shared as. */
export interface Shared {
  readonly id: string;
  /** How often the value had been taken or dropped before. */
  readonly again: number;
}

/** What an entry of the journal is shared as; undefined for one that stays in this database. */
export function sharedAs(sql: Sql, key: RecordKey, loss: Loss): Shared | undefined {
  const again = sharedRound(sql, key, loss);
  return again < 0 ? undefined : { id: conflictId(key, loss, again), again };
}

/** Shares a value for so many times after the first. Whoever learns of a later time need not know of the others. */
export function share(sql: Sql, key: RecordKey, loss: Loss, round: number): void {
  for (let each = round; each >= 0; each--) noteShared(sql, conflictId(key, loss, each));
  unsettle(sql);
}

/** Remembers the id of a value that others share. */
export function noteShared(sql: Sql, id: string): void {
  addSeen(sql, Buffer.from(id, 'hex'), false);
}

/** Keeps a value in this database that no file has yet. */
export function keepHere(sql: Sql, id: string): void {
  sql.run(`DELETE FROM scsync_seen WHERE digest = ?`, Buffer.from(id, 'hex'));
}

/** Says that the journal is not what the files have, in no export directory. */
export function unsettle(sql: Sql): void {
  sql.run(`DELETE FROM scsync_files WHERE name = ?`, CONFLICTS_FILE);
}
