import type { Content } from '../record/content.js';
import { compareIntegers } from '../record/numbers.js';
import { compareUtf8 } from '../record/order.js';
import type { Entity } from '../registry/entity.js';
import { plainText } from './field-text.js';
import { fieldOf, matches, readCondition } from './field-values.js';

/** Says whether a record is one of those that were asked for. */
type Filter = (content: Content) => boolean;

/** Reads what somebody wants to see: `field=value`, or a text that stands somewhere in the record. All must hold. */
export function readFilters(entity: Entity, words: readonly string[], pathOf: (path: string) => string): Filter {
  const filters = words.map((word): Filter => {
    if (!/^\w+=/.test(word)) return hasText(word.toLowerCase());
    const condition = readCondition(entity, word, pathOf);
    return (content) => matches(content, condition);
  });
  return (content) => filters.every((filter) => filter(content));
}

/** A text is looked for in all texts of a record, and in the elements of its sets, in any case. */
function hasText(wanted: string): Filter {
  return ({ entity, tokens }) =>
    entity.synced.some(({ field, index }) => {
      const token = tokens[index] ?? 'null';
      const isText = token.startsWith('"') || field.kind === 'set';
      return isText && plainText(token).toLowerCase().includes(wanted);
    });
}

/** Reads the field that a list is sorted by; a `-` before it puts the greatest first. Records without a value come last. */
export function readOrder(entity: Entity, word: string): (a: Content, b: Content) => number {
  const isDown = word.startsWith('-');
  const name = isDown ? word.slice(1) : word;
  const { kind } = fieldOf(entity, name);
  const tokenOf = ({ tokens }: Content): string => tokens[entity.indexOf.get(name) ?? -1] ?? 'null';
  return (a, b) => {
    const [first, second] = [tokenOf(a), tokenOf(b)];
    if (first === 'null' || second === 'null') return Number(first === 'null') - Number(second === 'null');
    const order = compareTokens(kind, first, second);
    return isDown ? -order : order;
  };
}

function compareTokens(kind: string, a: string, b: string): number {
  if (kind === 'integer') return compareIntegers(a, b);
  return kind === 'real' ? Number(a) - Number(b) : compareUtf8(plainText(a), plainText(b));
}
