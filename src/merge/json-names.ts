import { meaningOf } from '../record/json.js';
import { compareUtf8 } from '../record/order.js';
import { compareTimes, isTime } from '../record/time.js';

/**
 * The fields that say when a record was last changed, without regard to case and to signs between words. The first one that is a time
 * counts.
 */
const UPDATED = [
  ...['updatedat', 'updatedon', 'modifiedat', 'modifiedon', 'lastmodified', 'lastmodifiedat', 'lastmodifiedon'],
  ...['lastupdated', 'lastupdatedat', 'lastupdatedon', 'lastupdate', 'datemodified', 'dateupdated', 'updatetime'],
  ...['updatedtime', 'updateddate', 'lastupdatetime', 'modifiedtime', 'modifieddate', 'lastmodifiedtime'],
  ...['lastmodifieddate', 'modificationtime', 'modificationdate', 'editedat', 'lasteditedat', 'lasteditedtime'],
  ...['changedat', 'lastchanged', 'lastchangedat', 'mtime', 'updated', 'modified'],
] as const;

/** Times of the last change or of writing: the later one, and never a conflict. */
const TOUCHED = new Set<string>([
  ...UPDATED,
  'exported',
  'exportedat',
  'synced',
  'syncedat',
  'lastsynced',
  'lastsyncedat',
]);
/** Sums of the rest: never a conflict. */
const HASH = /(?:^|_)(?:hash|checksum|digest|etag)$|[a-z](?:Hash|Checksum)$/;
/** When a thing was made: the earlier one. */
const CREATED = new Set([
  ...['createdat', 'createdon', 'created', 'createdtime', 'createddate', 'createtime', 'createdate', 'datecreated'],
  ...['creationtime', 'creationdate', 'creationtimestamp', 'insertedat'],
]);
/** Who made it. */
const CREATOR = new Set(['createdby', 'creator']);
/** A field that alone identifies an element of an array. */
const ID = /^_?(?:id|uuid|guid|ulid)$/i;
/** A field that does so where there is no such one. */
const NUMBER = /^(?:slug|seq|number)$/i;
/** Fields that together say what an element leads to which only connects things. */
const REFERENCE = /(?:^|_)(?:id|uuid|key|ref)$|[a-z](?:Id|Uuid|Key|Ref)$|^(?:source|target|from|to|url|path)$/;
/** Fields that say what kind of element it is: several may have one. */
const KIND = /^(?:type|kind|rel|relation|name)$/;

const plain = (name: string): string => name.toLowerCase().replaceAll(/[\s_-]/g, '');

export const isHash = (name: string): boolean => HASH.test(name);
export const isTouched = (name: string): boolean => TOUCHED.has(plain(name));
export const isCreated = (name: string): boolean => CREATED.has(plain(name));
export const isCreation = (name: string): boolean => isCreated(name) || CREATOR.has(plain(name));
export const isId = (name: string): boolean => ID.test(name);
export const isNumber = (name: string): boolean => NUMBER.test(name);
export const isReference = (name: string): boolean => REFERENCE.test(name);
export const isKind = (name: string): boolean => KIND.test(name);
/** Says whether a field says nothing of its own: it follows from the others, or from when they were written. */
export const isVolatile = (name: string): boolean => isTouched(name) || HASH.test(name);

/** The names among some that say when a record was last changed, the most certain one first. */
export function updatedNames(names: readonly string[]): string[] {
  return UPDATED.flatMap((known) => names.filter((name) => plain(name) === known).sort(compareUtf8));
}

/** Says whether values say the same under a name: of times of creation, whether they are the same time. */
export function isOneValue(name: string, a: string, b: string): boolean {
  if (a === b || meaningOf(a) === meaningOf(b)) return true;
  return isCreated(name) && isTime(a) && isTime(b) && compareTimes(a, b) === 0;
}
