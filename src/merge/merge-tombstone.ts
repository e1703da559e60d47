import { joinMembers } from '../record/content.js';
import { compareUtf8 } from '../record/order.js';
import type { Tombstone } from '../record/version.js';

/** The greater of two tombstones of one record: by stamp, then by who deleted it, then by the unknown members. */
export function laterTombstone<T extends Tombstone>(a: T, b: T): T {
  const order =
    a.stamp - b.stamp || compareUtf8(a.by, b.by) || compareUtf8(joinMembers(a.unknown), joinMembers(b.unknown));
  return order >= 0 ? a : b;
}

/** Says whether two tombstones say the same. */
export function sameTombstone(a: Tombstone, b: Tombstone): boolean {
  return a.stamp === b.stamp && a.by === b.by && joinMembers(a.unknown) === joinMembers(b.unknown);
}
