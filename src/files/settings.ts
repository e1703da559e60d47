import { join } from 'node:path';

import { SyncError, messageOf } from '../errors.js';
import { templateProblem } from './commit-template.js';
import { atomicWrite, readPlain } from './file.js';
import { JsonError } from '../record/json.js';
import { toToken, valueToken } from '../record/object.js';
import type { PathForm } from '../record/version.js';
import { entityOfType } from '../registry/entity.js';
import type { Entity, Registry } from '../registry/entity.js';
import type { RecordKey } from '../record/record-key.js';

/** The file of settings that a team shares, in the export directory. */
export const SETTINGS_FILE = 'sync.json';

/** Records that never leave the database: those of a type whose fields all have these values, and their children. */
export interface PrivateRule {
  readonly type: string;
  /** Canonical tokens by field name; without any, all records of the type. */
  readonly where: Readonly<Record<string, string>>;
}

/** What looks like a secret, and is known to be none. */
export interface KnownNoSecrets {
  /** Texts, whole: whoever can name one knows it. */
  readonly texts: readonly string[];
  /** Records of which no value is one. */
  readonly records: readonly RecordKey[];
}

/** What a team has agreed on. */
export interface Settings {
  /** How coordinates of a machine are written; `absolute` is what the reference program reads and writes. */
  readonly paths: PathForm;
  readonly private: readonly PrivateRule[];
  readonly secrets: KnownNoSecrets;
  /** What commits of `push` and `pull` say. */
  readonly commit: CommitSettings;
}

/** What commits of an export directory say. */
export interface CommitSettings {
  /** A template with `{subject}` and `{actor}`; undefined for the usual one. */
  readonly message: string | undefined;
}

const DEFAULTS: Settings = {
  paths: 'portable',
  private: [],
  secrets: { texts: [], records: [] },
  commit: { message: undefined },
};
const FORMS: readonly PathForm[] = ['portable', 'absolute'];

/**
 * Reads and checks the settings of an export directory; the defaults where there is no file.
 * Throws `bad_input` for an unknown name or value, naming it.
 */
export function readSettings(dir: string, registry: Registry): Settings {
  const bytes = readPlain(join(dir, SETTINGS_FILE));
  if (bytes === undefined) return DEFAULTS;
  const settings = parseObject(bytes.toString());
  const unknown = Object.keys(settings).find((name) => !Object.hasOwn(DEFAULTS, name));
  if (unknown !== undefined) {
    throw badSetting(
      `the setting ${JSON.stringify(unknown)} is unknown; it must be ${Object.keys(DEFAULTS).join(' or ')}`,
    );
  }
  const { paths = DEFAULTS.paths, private: rules = [], secrets = {}, commit = {} } = settings;
  const form = FORMS.find((known) => known === paths);
  if (form === undefined) {
    throw badSetting(`paths must be ${FORMS.map((known) => `"${known}"`).join(' or ')}, not ${JSON.stringify(paths)}`);
  }
  if (!Array.isArray(rules)) throw badSetting(`private must be a list of rules, not ${JSON.stringify(rules)}`);
  return {
    paths: form,
    private: rules.map((rule: unknown) => privateRule(registry, rule)),
    secrets: knownNoSecrets(registry, secrets),
    commit: commitSettings(commit),
  };
}

function parseObject(text: string): Readonly<Record<string, unknown>> {
  let settings: unknown;
  try {
    settings = JSON.parse(text);
    // What is nested too deeply could not be put into words.
    toToken(settings);
  } catch (error) {
    if (error instanceof SyntaxError || error instanceof JsonError) {
      throw badSetting(`the file must hold a JSON object (${messageOf(error)})`);
    }
    throw error;
  }
  if (!isObject(settings)) throw badSetting('the file must hold a JSON object');
  return settings;
}

function privateRule(registry: Registry, rule: unknown): PrivateRule {
  const expected = 'a rule must be {"type": ..., "where": {"field": value}}';
  if (!isObject(rule)) throw badSetting(`private: ${expected}, not ${JSON.stringify(rule)}`);
  const { type, where = {}, ...others } = rule;
  const entity = typeof type === 'string' ? entityOfType(registry, type) : undefined;
  if (entity === undefined) throw badSetting(`private: the type ${JSON.stringify(type)} is unknown`);
  if (!isObject(where) || Object.keys(others).length > 0)
    throw badSetting(`private: ${expected}, not ${JSON.stringify(rule)}`);
  const tokens = Object.entries(where).map(([name, value]) => [name, ruleToken(entity, name, value)] as const);
  return { type: entity.type, where: Object.fromEntries(tokens) };
}

/** The value as records have it: one that no record can have would let out what it should keep. */
function ruleToken(entity: Entity, name: string, value: unknown): string {
  const synced = entity.synced[entity.indexOf.get(name) ?? -1];
  if (synced === undefined) throw badSetting(`private: ${entity.type} has no field ${JSON.stringify(name)}`);
  const problems: string[] = [];
  const token = valueToken(synced.field, value, problems);
  const isRounded = synced.field.kind === 'integer' && typeof value === 'number' && !Number.isSafeInteger(value);
  if (isRounded) problems.push('must be an integer of at most 53 bits');
  if (problems.length > 0) throw badSetting(`private: ${entity.type}.${name} ${problems.join('; ')}`);
  return token;
}

function knownNoSecrets(registry: Registry, secrets: unknown): KnownNoSecrets {
  const expected = 'must be {"allow": [...]} of texts, and of records as {"type": ..., "id": ...}';
  const { allow = [], ...others } = isObject(secrets) ? secrets : { allow: null };
  if (!Array.isArray(allow) || Object.keys(others).length > 0) {
    throw badSetting(`secrets ${expected}, not ${JSON.stringify(secrets)}`);
  }
  const texts: string[] = [];
  const records: RecordKey[] = [];
  for (const each of allow as readonly unknown[]) {
    if (typeof each === 'string' && each !== '') texts.push(each);
    else records.push(recordKey(registry, each, expected));
  }
  return { texts, records };
}

function commitSettings(commit: unknown): CommitSettings {
  const { message, ...others } = isObject(commit) ? commit : { others: commit };
  if (Object.keys(others).length > 0) {
    throw badSetting(`commit must be {"message": "a template"}, not ${JSON.stringify(commit)}`);
  }
  if (message === undefined) return DEFAULTS.commit;
  const problem = templateProblem(message);
  if (problem !== undefined || typeof message !== 'string') throw badSetting(`commit.message ${problem ?? ''}`);
  return { message };
}

function recordKey(registry: Registry, value: unknown, expected: string): RecordKey {
  const { type, id, ...others } = isObject(value) ? value : { type: undefined };
  const isKey = typeof type === 'string' && typeof id === 'string' && Object.keys(others).length === 0;
  if (!isKey) throw badSetting(`secrets ${expected}, not ${JSON.stringify(value)}`);
  if (entityOfType(registry, type) === undefined)
    throw badSetting(`secrets: the type ${JSON.stringify(type)} is unknown`);
  return { type, id };
}

function isObject(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

/** Writes the settings of an export directory. */
export function writeSettings(dir: string, settings: Pick<Settings, 'paths'>): void {
  atomicWrite(join(dir, SETTINGS_FILE), `${JSON.stringify(settings, undefined, 2)}\n`);
}

function badSetting(what: string): SyncError {
  return new SyncError('bad_input', `Cannot read ${SETTINGS_FILE}: ${what}`, {
    hint: `correct ${SETTINGS_FILE} in the data folder`,
  });
}
