import { Argument } from 'commander';

import { SyncError } from '../errors.js';
import type { FittingRecord } from '../record/names.js';
import type { RecordKey } from '../record/record-key.js';
import { entityNamed, nearestTypes, requireNamedEntity, refuseType } from '../record/type-names.js';
import type { Entity, Registry } from '../registry/entity.js';
import type { Asked } from '../sync/record-names.js';
import type { Session } from './session.js';

const RECORD = 'its id, short id or key, or the beginning of its id; a type before it where the name is not clear';

/** How a verb is called that names a record. */
export const NAMED = { usage: '[type] <record>', arguments: [new Argument('<record...>', RECORD)] };

/** How a verb is called that may name one. */
export const MAYBE_NAMED = { usage: '[[type] record]', arguments: [new Argument('[record...]', RECORD)] };

/** A record as somebody named it. */
export interface Named {
  readonly entity: Entity | undefined;
  readonly name: string;
}

/** Reads `[TYPE] RECORD`. Throws `usage`. */
export function readNamed(registry: Registry, verb: string, words: readonly string[]): Named {
  const [first = '', second, ...others] = words;
  if (others.length > 0) {
    throw new SyncError('usage', `The verb ${verb} takes one record, [type] <record>, not ${words.length} words`, {
      hint: 'put a name with spaces in quotes',
    });
  }
  if (second !== undefined) return { entity: requireNamedEntity(registry, first), name: second };
  const entity = entityNamed(registry, first);
  if (entity === undefined) return { entity, name: first };
  throw new SyncError('usage', `The verb ${verb} needs a record, and ${first} is a type`, {
    hint: `see them all: sc-sync list ${entity.type}`,
  });
}

/** The record that the words of a verb name. Throws `usage`, `not_found`. */
export function requireNamed(
  session: Session,
  verb: string,
  words: readonly string[],
  asked: Asked = {},
): FittingRecord {
  const { entity, name } = readNamed(session.store().registry, verb, words);
  return session.names().find(name, { ...asked, entity }) ?? refuseNamed(session, { entity, name });
}

/** Says whether something is of one record; where none is asked for, everything is. */
export function isOf(only: RecordKey | undefined): (key: RecordKey) => boolean {
  return ({ type, id }) => only === undefined || (type === only.type && id === only.id);
}

/** Throws `not_found` for a name that no record has, or `usage` where it may be meant for a type. */
export function refuseNamed(session: Session, { entity, name }: Named, further?: string): never {
  const { registry } = session.store();
  if (entity === undefined && nearestTypes(registry, name).length > 0) refuseType(registry, name);
  return session.names().refuse(name, entity, further);
}
