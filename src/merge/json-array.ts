import { meaningOf } from '../record/json.js';
import { readSource, withMembers } from '../record/json-source.js';
import type { Source } from '../record/json-source.js';
import { mapSides, oursWins } from './field.js';
import type { Contest, Fields, Sides } from './field.js';
import { readKey, readValues } from './json-key.js';
import { matchCounted } from './json-counted.js';
import type { Counted } from './json-counted.js';
import { areOneThing, isMadeAfter } from './json-creation.js';
import { isCreated, isCreation, isId, isKind, isNumber, isReference, isVolatile } from './json-names.js';
import { inOneOrder, mergeElements, sideThatIs } from './set.js';
import type { MergeElement } from './set.js';

/**
 * Merges arrays whose elements are all texts or all objects, each of them once; undefined for any other arrays.
 *
 * @param declared the key of the elements, where somebody named it.
 */
export function mergeArrays(
  texts: { readonly base: string | undefined; readonly ours: string; readonly theirs: string },
  contest: Contest,
  declared: string | undefined,
  merge: MergeElement,
): string | undefined {
  const sources = mapSides({ ...texts, base: texts.base ?? '[]' }, readSource);
  const elements = mapSides(sources, elementsOf);
  const counted = declared === undefined ? countElements(elements) : undefined;
  const keyed = counted?.written ?? keyElements(elements, declared);
  if (keyed === undefined) return undefined;
  const { ours, theirs } = keyed;
  const merged =
    counted === undefined
      ? mergeElements(keyed, contest, merge)
      : counted.renumber(mergeElements(counted.leveled, contest, merge));
  const isOurs = oursWins(texts.ours, texts.theirs, contest);
  const [first, second, style] = isOurs ? [ours, theirs, sources.ours] : [theirs, ours, sources.theirs];
  const inOrder = (): string => {
    const elements = inOneOrder([...first.keys()], [...second.keys()]).flatMap((key) => merged.get(key) ?? []);
    return withMembers(
      style,
      elements.map((text) => ({ name: '', nameText: '', text })),
    ).text;
  };
  return sideThatIs(merged, [texts.ours, ours], [texts.theirs, theirs], contest) ?? inOrder();
}

/** An element as it is written, with its members where it is an object. */
interface Element {
  readonly text: string;
  readonly source: Source | undefined;
}

function elementsOf({ members }: Source): Element[] {
  return members.map(({ text }) => ({ text, source: text.startsWith('{') ? readSource(text) : undefined }));
}

function countElements(sides: Sides<readonly Element[]>): Counted | undefined {
  const isObjects = [...sides.base, ...sides.ours, ...sides.theirs].every(({ source }) => source !== undefined);
  return isObjects ? matchCounted(mapSides(sides, (side) => side.flatMap(({ source }) => source ?? []))) : undefined;
}

/** A way to know elements, and which members may differ between two that are one thing, added on both sides. */
interface ElementKey {
  readonly keyOf: (element: Element) => string | undefined;
  readonly isAside: (name: string) => boolean;
}

/** The elements by the first key that each of them has, and no other one on its side. */
function keyElements(sides: Sides<readonly Element[]>, declared: string | undefined): Sides<Fields> | undefined {
  const all = [...sides.base, ...sides.ours, ...sides.theirs];
  const isObjects = all.every(({ source }) => source !== undefined);
  if (!isObjects && !all.every(({ text }) => text.startsWith('"'))) return undefined;
  for (const { keyOf, isAside } of isObjects ? keysOf(all, declared) : [BY_VALUE]) {
    const keyed = mapSides(sides, (elements) => byKey(elements, keyOf));
    const { base, ours, theirs } = keyed;
    if (base !== undefined && ours !== undefined && theirs !== undefined) {
      return mapSides(
        apart({ base, ours, theirs }, isAside),
        (side) => new Map([...side].map(([key, { text }]) => [key, text])),
      );
    }
  }
  return undefined;
}

/** Gives a key of its own to what took the key of another thing: of one that the other side added, or that the base has. */
function apart(keyed: Sides<Map<string, Element>>, isAside: ElementKey['isAside']): Sides<Map<string, Element>> {
  const { base, ours, theirs } = keyed;
  const isOther = (key: string, element: Element, there: Map<string, Element>): boolean => {
    const [own, before, beside] = [element.source, base.get(key), there.get(key)?.source];
    if (own === undefined) return false;
    if (before !== undefined) return before.source !== undefined && isMadeAfter(own, before.source);
    return beside !== undefined && !areOneThing(own, beside, isAside);
  };
  const own = (side: Map<string, Element>, there: Map<string, Element>): Map<string, Element> =>
    new Map(
      [...side].map(([key, element]) => [
        isOther(key, element, there) ? `${key} ${meaningOf(element.text)}` : key,
        element,
      ]),
    );
  return { base, ours: own(ours, theirs), theirs: own(theirs, ours) };
}

function byKey(elements: readonly Element[], keyOf: ElementKey['keyOf']): Map<string, Element> | undefined {
  const keyed = new Map<string, Element>();
  for (const element of elements) {
    const key = keyOf(element);
    if (key === undefined || keyed.has(key)) return undefined;
    keyed.set(key, element);
  }
  return keyed;
}

const BY_VALUE: ElementKey = { keyOf: ({ text }) => meaningOf(text), isAside: () => true };

/** The keys that elements may have, the most certain one first. */
function* keysOf(all: readonly Element[], declared: string | undefined): Generator<ElementKey> {
  const by = (names: readonly string[], isAside: ElementKey['isAside']): ElementKey => ({
    keyOf: ({ source }) => (source === undefined ? undefined : readValues(source, names)),
    isAside,
  });
  if (declared !== undefined) {
    yield {
      keyOf: ({ source }) => (source === undefined ? undefined : readKey(source, declared)),
      isAside: () => true,
    };
  }
  const shared = [...(all[0]?.source?.members ?? [])]
    .map(({ name }) => name)
    .filter((name) => all.every(({ source }) => source !== undefined && readValues(source, [name]) !== undefined));
  const ids = [isId, isNumber].map((isOne) => shared.filter(isOne)).find((names) => names.length > 0) ?? [];
  // Ids that are counted on each side for itself are the same for different things.
  if (ids.length > 0) yield by(ids, isVolatile);
  if (ids.length > 0) yield by([...ids, ...shared.filter(isCreated)], isVolatile);
  const references = shared.filter((name) => isReference(name) || isKind(name));
  // What leads to one thing connects the same ones whoever made it; what is only of one kind does not.
  const isEdge = references.some(isReference);
  if (references.length > 0) yield by(references, (name) => isVolatile(name) || (isEdge && isCreation(name)));
  yield BY_VALUE;
}
