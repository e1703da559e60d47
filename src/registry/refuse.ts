import { SyncError } from '../errors.js';
import type { EntityDefinition } from './entity.js';

/** Throws `usage`: what was defined cannot work. */
export type Refuse = (what: string) => never;

/** Refuses an entity, by its type. */
export function refuseEntity({ type, table }: Pick<EntityDefinition, 'type' | 'table'>): Refuse {
  return (what) => {
    throw new SyncError('usage', `The entity ${JSON.stringify(type)} (table ${table}): ${what}`, {
      hint: 'correct the definition of the entity',
    });
  };
}

/** Refuses a registry. */
export function refuseRegistry(what: string): never {
  throw new SyncError('usage', `The registry: ${what}`, { hint: 'correct the definition of the registry' });
}
