import { DATABASE_VERBS } from './database-verbs.js';
import { GIT_VERBS } from './git-verbs.js';
import { RECORD_VERBS } from './record-verbs.js';
import { SYNC_VERBS } from './sync-verbs.js';
import type { Verb } from './verb.js';

/** All verbs, in the order of help. */
export const VERBS: readonly Verb[] = [...SYNC_VERBS, ...RECORD_VERBS, ...GIT_VERBS, ...DATABASE_VERBS];
