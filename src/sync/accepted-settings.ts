import { SyncError } from '../errors.js';
import { resolvePath } from '../files/directory.js';
import { privacyTest } from './privacy.js';
import { quote } from '../record/json.js';
import { Records } from './records.js';
import { dependentsOf } from '../registry/entity.js';
import type { Entity, Registry } from '../registry/entity.js';
import { SETTINGS_FILE, readSettings } from '../files/settings.js';
import type { PrivateRule, Settings } from '../files/settings.js';
import { readMeta, writeMeta } from '../store/knowledge/meta.js';
import { Rows } from '../store/rows.js';
import type { RecordKey } from '../record/record-key.js';
import type { SyncStore } from '../store/store.js';

/** A project in the database, and the export directory of its files. */
interface Place {
  readonly projectPath: string;
  readonly dir: string;
}

/**
 * The settings of an export directory against those that were accepted for its project. Anybody who can push can change the file, so what
 * it would let out of the database stays there until somebody accepts it here; what it keeps back more than before counts at once.
 */
export interface SettingsInForce {
  /** What work goes by: the file's, with all that keeps back what was kept back until now. */
  readonly settings: Settings;
  /** What the file says. */
  readonly found: Settings;
  /** What the file says otherwise and is not accepted, in words. */
  readonly waiting: readonly string[];
}

/** The settings that work in an export directory goes by. Where none were accepted for the project, those of the file are. */
export function settingsInForce({ sql, registry }: SyncStore, { projectPath, dir }: Place): SettingsInForce {
  const found = readSettings(dir, registry);
  const text = readMeta(sql, nameOf(projectPath));
  const accepted = text === undefined ? found : (JSON.parse(text) as Settings);
  const namesFolders = found.paths === 'absolute' && accepted.paths !== 'absolute';
  const lostRules = accepted.private.filter((rule) => !found.private.some((other) => covers(other, rule)));
  const isAllowed = (key: RecordKey): boolean =>
    accepted.secrets.records.some(({ type, id }) => type === key.type && id === key.id);
  const newRecords = found.secrets.records.filter((key) => !isAllowed(key));
  return {
    settings: {
      paths: namesFolders ? accepted.paths : found.paths,
      private: [...found.private, ...lostRules],
      secrets: { texts: found.secrets.texts, records: found.secrets.records.filter(isAllowed) },
      commit: found.commit,
    },
    found,
    waiting: [
      ...(namesFolders ? ['paths is "absolute", so that lines would name folders of this machine'] : []),
      ...lostRules.map((rule) => `private no longer has ${ruleText(rule)}`),
      ...newRecords.map(({ type, id }) => `secrets.allow has the ${type} ${quote(id)}`),
    ],
  };
}

/** Accepts what an export or an import went by, to be called when it did not fail. One that was refused went by it too. */
export function rememberSettings(
  { sql }: SyncStore,
  { projectPath }: Pick<Place, 'projectPath'>,
  settings: Settings,
): void {
  const name = nameOf(projectPath);
  const text = JSON.stringify(settings);
  if (readMeta(sql, name) !== text) writeMeta(sql, name, text);
}

/** Throws `refused` where the form of lines waits to be accepted: what is written in the other one the team's clones would write anew. */
export function requireAcceptedForm({ settings, found, waiting }: SettingsInForce): void {
  if (settings.paths === found.paths) return;
  throw new SyncError('refused', `Nothing was exported: ${SETTINGS_FILE} changed, and nobody accepted that here`, {
    details: waiting,
    hint: `sc-sync private --accept accepts it as it is now; or put it back as it was`,
  });
}

/** What a change of settings that is not accepted is about. */
export interface WaitingSettings {
  /** What `sync.json` says otherwise than what was accepted, in words. */
  readonly changes: readonly string[];
  /** The records that stay in the database only because it is not accepted. */
  readonly records: readonly RecordKey[];
}

/** Says what waits to be accepted in the settings of an export directory, and which records stay for it. */
export function listWaitingSettings(store: SyncStore, place: Place): WaitingSettings {
  const inForce = settingsInForce(store, place);
  return { changes: inForce.waiting, records: [...keptRecords(store, place, inForce)] };
}

/**
 * Accepts the settings of an export directory as they are now, for its project in this database, and says what waited for it: the
 * records go out with the next export.
 */
export function acceptSettings(store: SyncStore, place: Place): WaitingSettings {
  return store.sql.transaction('immediate', () => {
    const inForce = settingsInForce(store, place);
    const records = [...keptRecords(store, place, inForce)];
    rememberSettings(store, place, inForce.found);
    return { changes: inForce.waiting, records };
  });
}

/** A change of settings that is not accepted, as a problem in words. */
export function describeWaiting({ changes, records }: WaitingSettings): string[] {
  if (changes.length === 0) return [];
  const names = records.slice(0, MOST_NAMES).map(({ type, id }) => `${type} ${id}`);
  if (records.length > names.length) names.push(`${records.length - names.length} more`);
  const stays = names.length === 0 ? '' : `; so these stay in the database: ${names.join(', ')}`;
  const hint = 'sc-sync private --accept accepts it';
  return changes.map((what, n) => `${SETTINGS_FILE} changed: ${what}${n === 0 ? stays : ''} (${hint})`);
}

/** A problem names no more records than that. */
const MOST_NAMES = 10;

/** Privacy is a matter of records, and a project may have several directories: other work trees, with other branches. */
function nameOf(projectPath: string): string {
  return `settings of ${resolvePath(projectPath)}`;
}

/** Whether a rule keeps whatever another one keeps. */
function covers(rule: PrivateRule, other: PrivateRule): boolean {
  return rule.type === other.type && Object.entries(rule.where).every(([name, token]) => other.where[name] === token);
}

function ruleText({ type, where }: PrivateRule): string {
  const fields = Object.entries(where).map(([name, token]) => `${quote(name)}:${token}`);
  return `{"type":${quote(type)},"where":{${fields.join(',')}}}`;
}

/** The records that would go out by the settings as the file has them, and are kept. */
function* keptRecords(
  store: SyncStore,
  { projectPath }: Place,
  { settings, found }: SettingsInForce,
): Generator<RecordKey> {
  const lost = settings.private.slice(found.private.length);
  if (lost.length === 0) return;
  const project = store.projectAt(resolvePath(projectPath));
  const rows = new Rows(store.sql, store.registry, project);
  const [isKept, isPrivate] = [settings, found].map((each) => privacyTest(store, rows, each.private));
  const records = new Records(store, project);
  for (const entity of concerned(store.registry, lost)) {
    for (const content of records.list(entity.type)) {
      if (isKept?.(content) === true && isPrivate?.(content) === false) yield { type: entity.type, id: content.id };
    }
  }
}

/** The types of rules, and all that cannot be without records of these. */
function concerned(registry: Registry, rules: readonly PrivateRule[]): readonly Entity[] {
  const found = new Set(registry.entities.filter(({ type }) => rules.some((rule) => rule.type === type)));
  for (const entity of found) for (const child of dependentsOf(registry, entity)) found.add(child.entity);
  return [...found];
}
