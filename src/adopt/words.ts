/** What names of tables and columns tell. Every guess by a name stands in this file. */

/** The words of a name in lower case: `parentSessionId` and `parent_session_id` have the same. */
function wordsOf(name: string): string[] {
  return name
    .replaceAll(/([\p{Ll}\d])(\p{Lu})/gu, '$1_$2')
    .replaceAll(/(\p{Lu})(\p{Lu}\p{Ll})/gu, '$1_$2')
    .toLowerCase()
    .split(/[^\p{L}\p{N}]+/u)
    .filter((word) => word !== '');
}

const joined = (name: string): string => wordsOf(name).join('_');

/** Names of columns that were made to identify a row wherever it is. */
const UNIVERSAL = /^(?:.*_)?(?:uid|uuid|guid|ulid|gid)$/;
/** Names of columns that identify and that nobody edits. */
const LASTING = /^(?:.*_)?(?:id|key|tag|hash|sha\d*|digest|fingerprint)$/;

/** How well a name fits what identifies for good: 2 best, 0 not at all. */
export function lasting(column: string): 0 | 1 | 2 {
  const name = joined(column);
  return UNIVERSAL.test(name) ? 2 : LASTING.test(name) ? 1 : 0;
}

/** Names that people give to a thing, of which another one does as well. */
const GIVEN = /(?:^|_)(?:name|title|label|alias|slug|username|nickname)$/;

export function isGivenName(column: string): boolean {
  return GIVEN.test(joined(column));
}

/** Columns that tell people which record it is, the best first. */
const TITLES = [/^title$/, /^name$/, /^(?:subject|label|summary|caption|heading)$/, GIVEN, /name$/];

/** The column that tells people which record it is. */
export function titleAmong(columns: readonly string[]): string | undefined {
  for (const pattern of TITLES) {
    const found = columns.find((column) => pattern.test(joined(column)));
    if (found !== undefined) return found;
  }
  return undefined;
}

const SECRET =
  /(?:^|_)(?:password|passwd|passphrase|pwd|secret|credential|credentials|(?:api|private|access|auth|encryption|signing|ssh|secret)_?key|session_(?:key|data)|cookie|cookies|token|bearer|otp|totp)(?:_(?:hash|digest|salt|enc|encrypted|value|text|data))?$/;

export function isSecretName(column: string): boolean {
  return SECRET.test(joined(column));
}

const EMBEDDING = /(?:^|_)(?:embedding|embeddings|vector|vec)(?:_|$)/;

export function isEmbeddingName(column: string): boolean {
  return EMBEDDING.test(joined(column));
}

/** Tables that say something of one database, and nothing of what its user made. */
const OF_ONE_DATABASE: readonly (readonly [pattern: RegExp, says: string])[] = [
  [
    /(?:^|_)(?:migration|migrations)(?:_|$)|^(?:alembic|goose|flyway|atlas|knex|prisma|drizzle|sequelize)_/,
    'migrations',
  ],
  [/^(?:(?:schema|db|database|user|app)_)?(?:version|versions)(?:_.*)?$|^schema_info$/, 'the version of the schema'],
  [/(?:^|_)(?:cache|caches|cached)(?:_|$)/, 'a cache'],
  [/(?:^|_)dirty(?:_|$)/, 'marks of what is to be done'],
  [/(?:^|_)(?:tmp|temp|lock|locks)(?:_|$)/, 'what is needed for a moment'],
  [/^sync_|_sync$|^export_hash/, 'what another sync remembers'],
];

/** What a table is by its name, where it belongs to one database alone. */
export function ofOneDatabase(table: string): string | undefined {
  const name = joined(table);
  return OF_ONE_DATABASE.find(([pattern]) => pattern.test(name))?.[1];
}

const WHEN = '(?:_(?:at|time|ts|date|on|utc|epoch|s|secs?|seconds|ms|millis|us|ns|datetime|timestamp))*$';
const UPDATED = new RegExp(
  `^(?:date_)?(?:updated?|modified|modification|changed?|mtime|mod|edited|last_(?:updated?|modified|changed?|edited))${WHEN}`,
);
const CREATED = new RegExp(`^(?:date_)?(?:created?|creation|inserted|added|crt|ctime|birthtime)${WHEN}`);

/** Whether a name says when a row was last changed, or made. */
export function isTimeName(column: string, what: 'created' | 'updated'): boolean {
  return (what === 'updated' ? UPDATED : CREATED).test(joined(column));
}

/** What people are called where they refer to a table of people. */
const PERSON =
  /(?:^|_)(?:user|creator|author|owner|sender|receiver|recipient|assignee|assigner|reporter|member|manager|editor|reviewer|by)$/;
const PEOPLE = new Set(['user', 'account', 'person', 'member', 'employee', 'staff', 'profile', 'contact']);

/** The end of a name of a column that holds a number of another table. */
const REFERRING = /(?:^|_)(?:id|ids?|no|num|number|ref|key|fk|pk)$/;

/** How strongly a column seems to refer to a table, by their names; 0 is not at all. */
export function refersTo(column: string, table: string): number {
  const name = joined(column);
  const isBy = /(?:^|_)by$/.test(name);
  if (!REFERRING.test(name) && !isBy) return 0;
  const stem = wordsOf(name.replace(REFERRING, '')).map(singular);
  const words = wordsOf(table).map(singular);
  const last = words.at(-1) ?? '';
  if (stem.length === 0) return 0;
  if (stem.join('_') === words.join('_')) return 100;
  // `related_memo_id` names the table `memo`, and `session_db_id` the table `sdk_sessions`.
  if (stem.includes(last))
    return 10 * words.filter((word) => stem.includes(word)).length + (stem.at(-1) === last ? 5 : 0);
  if (words.length > 1 && stem.join('') === words.join('')) return 90;
  return PERSON.test(isBy ? name : stem.join('_')) && PEOPLE.has(last) ? 5 : 0;
}

const IRREGULAR: Readonly<Record<string, string>> = {
  people: 'person',
  children: 'child',
  men: 'man',
  women: 'woman',
  movies: 'movie',
  cookies: 'cookie',
  series: 'series',
  news: 'news',
  indices: 'index',
  vertices: 'vertex',
  matrices: 'matrix',
  aliases: 'alias',
  alias: 'alias',
  canvas: 'canvas',
  atlas: 'atlas',
  statuses: 'status',
  buses: 'bus',
  data: 'data',
};

const SINGULARS: readonly (readonly [plural: RegExp, singular: string])[] = [
  [/(?<=..)ies$/, 'y'],
  [/(?<=ss|x|zz|tch|[rn]ch|sh)es$/, ''],
  [/(?<![sui])s$/, ''],
];

/** An English noun in the singular, as far as a few rules go. */
export function singular(word: string): string {
  const known = Object.hasOwn(IRREGULAR, word) ? IRREGULAR[word] : undefined;
  if (known !== undefined) return known;
  if (word.length < 4) return word;
  const rule = SINGULARS.find(([plural]) => plural.test(word));
  return rule === undefined ? word : word.replace(rule[0], rule[1]);
}
