import { meaningOf } from '../record/json.js';
import { compareTimes, isTime } from '../record/time.js';

/** The fields that say when a record was last changed. The first one that is a time counts. */
export const UPDATED = [
  ...['updated_at', 'updatedAt', 'updated_on', 'updatedOn', 'modified_at', 'modifiedAt', 'last_modified'],
  ...['lastModified', 'last_updated', 'lastUpdated', 'date_modified', 'dateModified', 'update_time', 'updateTime'],
  ...['mtime', 'updated', 'modified'],
] as const;

/** Times of the last change or of writing: the later one, and never a conflict. */
const TOUCHED = /^(?:last_?)?(?:updated|modified|exported|synced)(?:_?(?:at|on))?$/i;
/** Sums of the rest: never a conflict. */
const HASH = /(?:^|_)(?:hash|checksum|digest|etag)$|[a-z](?:Hash|Checksum)$/;
/** When a thing was made: the earlier one. */
const CREATED = /^created(?:_?(?:at|on))?$|^creat(?:ion|e)_?(?:time|date)$|^date_?created$/i;
/** Who made it. */
const CREATOR = /^created_?by$|^creator$/i;
/** A field that alone identifies an element of an array. */
const ID = /^_?(?:id|uuid)$/i;
/** Fields that together identify an element which only connects or names other things. */
const REFERENCE =
  /(?:^|_)(?:id|uuid|key|ref)$|[a-z](?:Id|Uuid|Key|Ref)$|^(?:type|kind|rel|relation|source|target|from|to|name|url|path)$/;

export const isHash = (name: string): boolean => HASH.test(name);
export const isTouched = (name: string): boolean => TOUCHED.test(name);
export const isCreated = (name: string): boolean => CREATED.test(name);
export const isCreation = (name: string): boolean => CREATED.test(name) || CREATOR.test(name);
export const isId = (name: string): boolean => ID.test(name);
export const isReference = (name: string): boolean => REFERENCE.test(name);
/** Says whether a field says nothing of its own: it follows from the others, or from when they were written. */
export const isVolatile = (name: string): boolean => TOUCHED.test(name) || HASH.test(name);

/** Says whether values say the same under a name: of times of creation, whether they are the same time. */
export function isOneValue(name: string, a: string, b: string): boolean {
  if (a === b || meaningOf(a) === meaningOf(b)) return true;
  return isCreated(name) && isTime(a) && isTime(b) && compareTimes(a, b) === 0;
}
