import type { Loss, LossReason } from '../merge/loss.js';
import type { FileLoss } from '../merge/file.js';
import { joinMembers } from '../record/content.js';
import type { Content } from '../record/content.js';
import { describe, fieldToken } from '../record/field-token.js';
import { JsonError, quote, scanArray, scanObject, unquote } from '../record/json.js';
import { integerToken } from '../record/numbers.js';
import { isStamp } from '../record/stamp.js';
import { entityOfType } from '../registry/entity.js';
import type { Entity, Registry } from '../registry/entity.js';
import { ENVELOPE } from '../format/line-hash.js';
import { LineError, parseLine } from '../format/parse.js';

/** A value that lost a merge of files, as a file of such values has it. */
export interface LostValue extends FileLoss {
  /** When it lost, Unix milliseconds. */
  readonly at: number;
}

/** Why a value may have lost. */
export const REASONS: Readonly<Record<LossReason, true>> = {
  merge: true,
  'later version': true,
  'older version': true,
  deleted: true,
  'parent deleted': true,
  duplicate: true,
  'prefer-newer': true,
  'prefer-local': true,
  'prefer-external': true,
};

/** Writes a lost value as a line without its end. */
export function formatLostValue(registry: Registry, { type, id, loss, why, at }: LostValue): string {
  const { field, base, kept, lost } = loss;
  const isKnown = field === null || entityOfType(registry, type)?.indexOf.has(field) !== false;
  return JSON.stringify({ type, id, field, ...(isKnown ? {} : { unknown: true }), base, kept, lost, why, at });
}

/**
 * Reads such a line, which may come from anywhere: what it says must be what a line of its record could say. A field that the registry
 * does not know must be marked as such, as the driver does. Throws {@link LineError} with all that is wrong.
 */
export function parseLostValue(registry: Registry, raw: string): LostValue {
  const members = new Map(scanned('', () => scanObject(raw)));
  const problems: string[] = [];
  const text = (name: string): string | null => {
    const token = members.get(name) ?? 'null';
    if (token.startsWith('"')) return unquote(token);
    if (token !== 'null') problems.push(`${name} must be a text or null, not ${describe(token)}`);
    return null;
  };
  const required = (name: string): string => {
    const value = text(name);
    if (value === null) problems.push(`${name} must be a text`);
    return value ?? '';
  };
  const [type, id, why, at] = [required('type'), required('id'), required('why'), members.get('at') ?? 'null'];
  const loss = { field: text('field'), base: text('base'), kept: text('kept'), lost: required('lost') };
  if (!Object.hasOwn(REASONS, why)) problems.push(`why must be one of ${Object.keys(REASONS).join(', ')}`);
  if (integerToken(at) === undefined || !isStamp(Number(at))) {
    problems.push(`at must be milliseconds since 1970, in the years 0 to 9999, not ${describe(at)}`);
  }
  const entity = entityOfType(registry, type);
  if (entity === undefined) problems.push(`type must be one of ${registry.entities.map((one) => one.type).join(', ')}`);
  else if (loss.field !== null && !entity.indexOf.has(loss.field) && members.get('unknown') !== 'true') {
    problems.push(`field must be a field of the type ${type}, not ${describe(quote(loss.field))}`);
  }
  if (problems.length > 0 || entity === undefined) throw new LineError(problems);
  requireLoss(registry, entity, id, loss);
  return { type, id, loss, why: why as LossReason, at: Number(at) };
}

/** Throws {@link LineError} where a value is none that a line of its record could have. */
export function requireLoss(registry: Registry, entity: Entity, id: string, { field, base, kept, lost }: Loss): void {
  const problems: string[] = [];
  const key = entity.synced[0]?.field;
  if (key !== undefined) fieldToken(key, quote(id), problems);
  if (problems.length > 0) throw new LineError(problems.map((problem) => `id ${problem}`));
  for (const [name, value] of Object.entries({ base, kept, lost })) {
    if (value === null) continue;
    if (field === null) lostContent(registry, entity, id, value);
    else lostToken(entity, field, value, name);
  }
}

/** The content of a record that lost as a whole. Throws {@link LineError} where it is none of that id. */
export function lostContent(registry: Registry, entity: Entity, id: string, lost: string): Content {
  const data = joinMembers(scanned('lost: ', () => scanObject(lost)));
  const line = `{"type":${quote(entity.type)},${data},"exported_at":"1970-01-01T00:00:00.000Z"}`;
  const version = parseLine(registry, line);
  if (version.kind === 'present' && version.id === id) return version.content;
  throw new LineError([`lost must be the record ${describe(quote(id))}, not another one`]);
}

/** The canonical token of a field's value that lost. Throws {@link LineError} where the field cannot have it. */
export function lostToken({ synced, indexOf }: Entity, name: string, value: string, where = 'lost'): string {
  const [token, ...others] = scanned(`${where}: `, () => scanArray(`[${value}]`));
  if (token === undefined || others.length > 0) throw new LineError([`${where} must be one JSON value`]);
  const field = synced[indexOf.get(name) ?? -1]?.field;
  const isFixed = field?.kind === 'text' && (field.key === true || field.coordinate?.startsWith('scope') === true);
  if (isFixed || (field === undefined && (name === 'v' || ENVELOPE.has(name)))) {
    throw new LineError([`field must not be ${name}, which says which record it is`]);
  }
  const problems: string[] = [];
  const canonical = field === undefined ? token : fieldToken(field, token, problems);
  if (problems.length > 0) throw new LineError(problems.map((problem) => `${where} ${problem}`));
  return canonical;
}

/** Reads JSON. Throws {@link LineError} in the place of its own error. */
export function scanned<T>(where: string, scan: () => T): T {
  try {
    return scan();
  } catch (error) {
    if (error instanceof JsonError) throw new LineError([`${where}column ${error.column}: ${error.message}`]);
    throw error;
  }
}
