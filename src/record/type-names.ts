import { SyncError } from '../errors.js';
import type { Entity, Registry } from '../registry/entity.js';
import { nearest } from './nearest.js';

/** The entity that a word means: a type tag in singular or plural, in any case, with `-` as good as `_`; else undefined. */
export function entityNamed({ entities }: Registry, word: string): Entity | undefined {
  const wanted = plain(word);
  return (
    entities.find(({ type }) => type === word) ??
    entities.find((entity) => wordsOf(entity).some((one) => one === wanted))
  );
}

/** The same; throws `usage` where there is none. */
export function requireNamedEntity(registry: Registry, word: string): Entity {
  return entityNamed(registry, word) ?? refuseType(registry, word);
}

/** Throws `usage` for a word that is no type, naming the nearest and the known ones. */
export function refuseType(registry: Registry, word: string): never {
  const [guess] = nearestTypes(registry, word);
  const known = registry.entities.map(({ type }) => type).join(', ');
  throw new SyncError('usage', `The type ${JSON.stringify(word)} is unknown; the types are ${known}`, {
    ...(guess !== undefined && { hint: `did you mean ${guess}?` }),
  });
}

/** The types whose names a word is near to. */
export function nearestTypes({ entities }: Registry, word: string): string[] {
  const wanted = plain(word);
  return entities.filter((entity) => nearest(wanted, wordsOf(entity)).length > 0).map(({ type }) => type);
}

/** A file is named for all records of its type, as people do. */
function wordsOf({ type, file }: Entity): string[] {
  const singular = plain(type);
  const plural = singular.endsWith('y') ? `${singular.slice(0, -1)}ies` : `${singular}s`;
  return [singular, plural, plain(file.replace(/\.jsonl$/, ''))];
}

function plain(word: string): string {
  return word.toLowerCase().replaceAll('-', '_');
}
