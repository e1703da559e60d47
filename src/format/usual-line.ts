import { FORMAT_VERSION, fallbackToken, hashOfData, labelsOf } from '../record/content.js';
import { JsonError, Scanner, quote } from '../record/json.js';
import { LIMITS } from '../record/limits.js';
import type { Entity, Registry } from '../registry/entity.js';

/** What a line says that is laid out as this package does it, in portable form. Its values may be in another spelling. */
export interface UsualLine {
  readonly entity: Entity;
  /** The values as they are written, in the order of {@link Entity.synced}. */
  readonly tokens: readonly string[];
  /** The token of `exported_at`. */
  readonly stamp: string;
}

const TAIL = /,"content_hash":"([0-9a-f]{64})","exported_at":("[^"\\]*")\}$/y;

const HEADS = new WeakMap<Entity, string>();

function headOf(entity: Entity): string {
  let head = HEADS.get(entity);
  if (head === undefined) HEADS.set(entity, (head = `{"type":${quote(entity.type)}`));
  return head;
}

/**
 * Takes a line apart that is laid out as usual: all names in their order, none unknown, its hash right. No name needs to be read then, and
 * the line takes two thirds of the time. Undefined for any other: that is read by its names, which also says what is wrong with it.
 */
export function usualLine(registry: Registry, raw: string): UsualLine | undefined {
  // A short one is below every limit.
  if (raw.length >= LIMITS.values) return undefined;
  const entity = registry.entities.find((candidate) => raw.startsWith(headOf(candidate)));
  if (entity === undefined) return undefined;
  const begin = headOf(entity).length;
  const scanner = new Scanner(raw);
  scanner.at = begin;
  const tokens = tokensOf(entity, raw, scanner);
  if (tokens === undefined) return undefined;
  TAIL.lastIndex = scanner.at;
  const tail = TAIL.exec(raw);
  // The comma after the type is no part of the data.
  if (tail?.[2] === undefined || tail[1] !== hashOfData(raw.slice(begin + 1, scanner.at))) return undefined;
  return { entity, tokens, stamp: tail[2] };
}

function tokensOf(entity: Entity, raw: string, scanner: Scanner): string[] | undefined {
  const labels = labelsOf(entity);
  const tokens: string[] = [];
  const skip = (text: string): boolean => {
    if (!raw.startsWith(text, scanner.at)) return false;
    scanner.at += text.length;
    return true;
  };
  try {
    for (const { index } of entity.synced) {
      if (index === entity.coreCount && !skip(VERSION)) return undefined;
      if (skip(labels[index] ?? '')) tokens.push(scanner.value(1));
      else if (index < entity.coreCount) return undefined;
      else tokens.push(fallbackToken(entity, index));
    }
  } catch (error) {
    if (error instanceof JsonError) return undefined;
    throw error;
  }
  return entity.coreCount < labels.length || skip(VERSION) ? tokens : undefined;
}

const VERSION = `,"v":${FORMAT_VERSION}`;
