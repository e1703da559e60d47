import { randomInt } from 'node:crypto';

import type { Entity, Registry } from '../registry/entity.js';
import { project as projectSql } from './knowledge/triggers.js';
import type { Sql } from './sql.js';
import { sqlName } from './sql-name.js';
import { rowsOf } from './row-source.js';

/** There are so many short ids: four hexadecimal digits. */
const ALL = 0x10000;

/** So often another one is drawn before a record goes without. */
const TRIES = 100;

/**
 * A short id that no record of the type has in the project: its time in milliseconds, of which four hexadecimal digits are taken, or any four
 * where these are taken. Undefined for a type without short ids, or where hardly any is left.
 */
export function newShortId(
  sql: Sql,
  registry: Registry,
  entity: Entity,
  project: string,
  now: number,
): string | undefined {
  const { shortId } = entity;
  if (shortId === undefined) return undefined;
  const isTaken = `SELECT 1 FROM ${rowsOf(registry, entity)} t WHERE ${projectSql(registry, entity, 't')} = ? AND t.${sqlName(shortId.field)} = ?`;
  for (let tries = 0, digits = now % ALL; tries < TRIES; tries++, digits = randomInt(ALL)) {
    const word = `${shortId.prefix}${digits.toString(16).padStart(4, '0')}`;
    if (sql.get(isTaken, project, word) === undefined) return word;
  }
  return undefined;
}
