import { derived, sortMembers } from '../record/content.js';
import type { Content } from '../record/content.js';
import { compareUtf8 } from '../record/order.js';
import type { FileVersion, PathForm, Present } from '../record/version.js';
import { canonicalBytes } from './record.js';

/**
 * Completes a line of the reference program, which says nothing of extension and unknown fields: they are those of the first
 * content that fits, `beside` before `known`. For a field that moves together with others a content fits when the core fields of that group
 * are the line's; where none fits the field is cleared. Where a set's elements are known, their number is what counts.
 *
 * @param beside what other lines say that are read together with it.
 * @param known what the base and the database have.
 */
export function fillMissingFields(
  line: FileVersion<Present>,
  beside: readonly Content[],
  known: readonly Content[],
): FileVersion<Present> {
  if (saysAll(line)) return line;
  const content = filled(line.content, beside, known, first);
  return beside.length === 0 ? { ...line, content } : { ...line, content, alone: line.content };
}

/** Whether nothing of a line is to be completed. */
function saysAll({ form, content }: FileVersion<Present>): boolean {
  return form === 'portable' && content.unsaid === undefined;
}

/** Completes the lines that a file has of one record. */
export function fillLines(lines: readonly FileVersion<Present>[], known: readonly Content[]): FileVersion<Present>[] {
  const beside = contentsOf(lines);
  return lines.map((line) => fillMissingFields(line, beside, known));
}

/**
 * Completes a base that says nothing of extension and unknown fields: with what all sides that fit agree on. Where they do not, nothing tells
 * what it was, and so no side may pass for unchanged.
 */
export function fillBase(base: FileVersion<Present>, sides: readonly Content[]): FileVersion<Present> {
  return saysAll(base) ? base : { ...base, content: filled(base.content, [], sides, agreed) };
}

/** What the lines that know all fields say, the latest first. */
export function contentsOf(lines: readonly FileVersion<Present>[]): Content[] {
  return lines
    .filter(({ form }) => form === 'portable')
    .sort((a, b) => b.stamp - a.stamp || compareUtf8(canonicalBytes(b.content), canonicalBytes(a.content)))
    .map(({ content }) => content);
}

/**
 * What lines are completed from. In portable form it is the base, or the database where there is none, so that every replica reads the
 * same. In absolute form no file ever has the other fields, so the database's own come first.
 */
export function knownOf(form: PathForm, base: Content | undefined, row: Content | undefined): Content[] {
  const known = form === 'absolute' ? [row, base] : [base ?? row];
  return known.filter((content) => content !== undefined);
}

/** Chooses among the tokens of the contents that fit; undefined where there is no choice. */
type Choose = (tokens: readonly string[]) => string | undefined;

const first: Choose = ([token]) => token;
const agreed: Choose = ([token, ...others]) => (others.every((other) => other === token) ? token : undefined);

function filled(content: Content, beside: readonly Content[], known: readonly Content[], choose: Choose): Content {
  const { entity, unknown } = content;
  // One line lacks fields that it does not know, the other all that its form has not.
  const lacks = (index: number): boolean =>
    content.unsaid === undefined ? index >= entity.coreCount : content.unsaid.includes(index);
  const sources = [...beside, ...known];
  const unsaid: number[] = [];
  const tokens = content.tokens.map((token, index) => {
    if (!lacks(index)) return token;
    const fits = fittingTo(content, index);
    if (!beside.some(fits)) unsaid.push(index);
    return choose(sources.filter(fits).map((source) => source.tokens[index] ?? token)) ?? token;
  });
  const members = new Map(unknown);
  if (content.unsaid !== undefined) return derived({ ...content, tokens, unsaid });
  for (const name of new Set(sources.flatMap((source) => source.unknown.map(([other]) => other)))) {
    const token = choose(sources.map((source) => new Map(source.unknown).get(name) ?? ''));
    if (!members.has(name) && token !== undefined && token !== '') members.set(name, token);
  }
  return derived({ ...content, tokens, unknown: sortMembers([...members]), unsaid });
}

/** Whether a content's value of a field can be that of another: fields that mean one thing come from where that thing is the same. */
function fittingTo(content: Content, index: number): (source: Content) => boolean {
  const { entity, tokens } = content;
  const core = entity.groups.find((group) => group.includes(index))?.filter((place) => place < entity.coreCount) ?? [];
  return (source) =>
    source.unsaid?.includes(index) !== true && core.every((place) => source.tokens[place] === tokens[place]);
}
