import { isGreater } from '../record/order.js';
import type { Contest } from './conflict.js';

/** The outcome for one value that is compared as a whole; undefined stands for a value that is not there. */
export interface Merged<T> {
  readonly value: T;
  /** The value of the losing side, when both sides changed it to different values. */
  readonly lost?: T;
}

/**
 * Three-way rule of one value: the side that changed it; where both did, the side that was updated later,
 * then the greater bytes. Swapping the sides (and the contest) changes nothing.
 */
export function mergeValue<T extends string | undefined>(
  base: T | undefined,
  ours: T,
  theirs: T,
  contest: Contest,
): Merged<T> {
  if (ours === theirs || theirs === base) return { value: ours };
  if (ours === base) return { value: theirs };
  return oursWins(ours ?? '', theirs ?? '', contest) ? { value: ours, lost: theirs } : { value: theirs, lost: ours };
}

/** Says whether ours wins where both sides changed a value. */
export function oursWins(ours: string, theirs: string, contest: Contest): boolean {
  return contest.order === 0 ? isGreater(ours, theirs) : contest.order > 0;
}
