import { readFileSync } from 'node:fs';
import { join } from 'node:path';

import { SyncError, messageOf } from './errors.js';
import { atomicWrite, fileExists, toIoError } from './jsonl/file.js';
import type { PathForm } from './record/version.js';

/** The file of settings that a team shares, in the export directory. */
export const SETTINGS_FILE = 'sync.json';

/** What a team has agreed on. */
export interface Settings {
  /** How coordinates of a machine are written; `absolute` is what the reference program reads and writes. */
  readonly paths: PathForm;
}

const DEFAULTS: Settings = { paths: 'portable' };
const FORMS: readonly PathForm[] = ['portable', 'absolute'];

/**
 * Reads and checks the settings of an export directory; the defaults where there is no file.
 * Throws `bad_input` for an unknown name or value, naming it.
 */
export function readSettings(dir: string): Settings {
  const path = join(dir, SETTINGS_FILE);
  if (!fileExists(path)) return DEFAULTS;
  let settings: unknown;
  try {
    settings = JSON.parse(readFileSync(path, 'utf8'));
  } catch (error) {
    if (error instanceof SyntaxError) throw badSetting(`expected a JSON object (${messageOf(error)})`);
    throw toIoError(error, path, 'read');
  }
  if (typeof settings !== 'object' || settings === null || Array.isArray(settings)) {
    throw badSetting('expected a JSON object');
  }
  for (const name of Object.keys(settings)) {
    if (name !== 'paths') throw badSetting(`unknown setting ${JSON.stringify(name)}; expected "paths"`);
  }
  const { paths = DEFAULTS.paths } = settings as { readonly paths?: unknown };
  const form = FORMS.find((known) => known === paths);
  if (form === undefined) {
    throw badSetting(
      `paths: expected ${FORMS.map((known) => `"${known}"`).join(' or ')}, found ${JSON.stringify(paths)}`,
    );
  }
  return { paths: form };
}

/** Writes the settings of an export directory. */
export function writeSettings(dir: string, settings: Settings): void {
  atomicWrite(join(dir, SETTINGS_FILE), `${JSON.stringify(settings, undefined, 2)}\n`);
}

function badSetting(what: string): SyncError {
  return new SyncError('bad_input', `${SETTINGS_FILE}: ${what}`, {
    hint: `correct ${SETTINGS_FILE} in the export directory`,
  });
}
