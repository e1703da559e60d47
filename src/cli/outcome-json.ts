import { cleanJson } from './clean.js';
import { ExactJson, jsonText } from './json-text.js';
import type { ErrorReport, Outcome } from './outcome.js';

/** The one form in which programs get an outcome: one object on one line, without members that say nothing. */
export function outcomeJson({ json, error }: Pick<Outcome, 'json' | 'error'>, notes: readonly string[] = []): string {
  return cleanJson(jsonText(telling({ ...json, notes, error: error && errorJson(error) })));
}

/** An error always has the same members. */
export function errorJson(report: ErrorReport): ExactJson {
  return new ExactJson(jsonText(report));
}

/** A value without members that are zero, null or empty. Pieces that are exact stand as they are, and so do elements of lists. */
function telling(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(telling);
  if (typeof value !== 'object' || value === null || value instanceof ExactJson) return value;
  const members = Object.entries(value).map(([name, member]) => [name, telling(member)] as const);
  return Object.fromEntries(members.filter(([, member]) => !isNothing(member)));
}

function isNothing(value: unknown): boolean {
  if (value instanceof ExactJson) return false;
  if (typeof value !== 'object') return value === undefined || value === 0 || value === 0n;
  return value === null || Object.keys(value).length === 0;
}
