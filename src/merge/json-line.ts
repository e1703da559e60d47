import { JsonError } from '../record/json.js';
import { saySame, textAt, textsIn, withMembers, withTextAt } from '../record/json-source.js';
import type { Source } from '../record/json-source.js';
import { compareUtf8 } from '../record/order.js';
import { compareTimes, isTime, nextTime } from '../record/time.js';
import type { Loss } from './loss.js';
import { differingCreation, withOwnBase } from './json-creation.js';
import type { Both } from './json-creation.js';
import { isHash, isVolatile, updatedNames } from './json-names.js';
import { inOrder, keepWhole, mergeObjects, policyOfNames } from './json-policy.js';
import type { JsonRules } from './json-policy.js';

/** What two lines of one record become, or why nobody can tell. */
export type MergedPair = { readonly line: string; readonly losses: readonly Loss[] } | { readonly problem: string };

/** Merges two lines of one record that say different things, field by field. */
export function mergePair(both: Both, rules: JsonRules): MergedPair {
  try {
    return mergeFieldwise(both, rules);
  } catch (error) {
    // Not all that stands within a line is read with it.
    if (error instanceof JsonError) return { problem: error.message };
    throw error;
  }
}

function mergeFieldwise(both: Both, rules: JsonRules): MergedPair {
  const { base, ours, theirs } = withOwnBase(both);
  const updated = rules.updated ?? updatedIn([ours, theirs]);
  const times = [ours, theirs].map((side) => (updated === undefined ? undefined : textAt(side, updated)));
  const policy = policyOfNames({ ...rules, updated }, compareTimes(times[0], times[1]));
  const sides = inOrder(ours, theirs, policy);
  const losses: Loss[] = [];
  if (base === undefined) {
    const differing = differingCreation(ours, theirs);
    if (differing === undefined) return { line: keepWhole(...sides, policy, losses).text, losses };
    return {
      problem: `two records have this key, since ${differing} differs; each record must have a key of its own`,
    };
  }
  if (!haveOneShape([base, ours, theirs])) {
    return { problem: 'both sides changed this row, and all of its versions must have the same number of elements' };
  }
  const merged = withOwnHashes(mergeObjects(both, policy, losses), sides, updated);
  const side = sides.find((each) => saySame(each, merged));
  if (side !== undefined) return { line: side.text, losses };
  const time = updated === undefined ? undefined : timeAfter(times);
  const later = updated === undefined || time === undefined ? merged : withTextAt(merged, updated, time);
  return { line: later.text, losses };
}

/** A record with a time of change just later than it has; without such a time as it is. */
export function withLaterTime(source: Source, named: string | undefined): Source {
  const updated = named ?? updatedIn([source]);
  const time = updated === undefined ? undefined : timeAfter([textAt(source, updated)]);
  return updated === undefined || time === undefined ? source : withTextAt(source, updated, time);
}

/** The first known name of a time of change that is one. */
function updatedIn(sides: readonly Source[]): string | undefined {
  const members = sides.flatMap((side) => side.members).filter(({ text }) => isTime(text));
  return updatedNames([...new Set(members.map(({ name }) => name))])[0];
}

/**
 * A time later than that of both sides, so that no program takes its own older line for the newer one. It is the same wherever
 * these two are merged.
 */
function timeAfter(times: readonly (string | undefined)[]): string | undefined {
  const known = times.filter((time) => time !== undefined).filter(isTime);
  const next = known
    .filter((time) => known.every((other) => compareTimes(time, other) >= 0))
    .flatMap((time) => nextTime(time) ?? [])
    .sort((a, b) => compareTimes(a, b) || compareUtf8(a, b));
  return next[0];
}

/** Elements of a row are known by their places, so rows of other lengths do not fit. */
function haveOneShape(sources: readonly Source[]): boolean {
  const shapes = sources.map(({ isArray, members }) => (isArray ? members.length : 'object'));
  return new Set(shapes).size === 1;
}

/** What says the same as a side, without what follows from that, has the sums of that side. */
function withOwnHashes(merged: Source, sides: readonly Source[], updated: string | undefined): Source {
  const side = sides.find((each) => saySame(each, merged, (name) => !isVolatile(name) && name !== updated));
  if (side === undefined) return merged;
  const own = textsIn(side);
  const members = merged.members.map((member) =>
    isHash(member.name) ? { ...member, text: own.get(member.name) ?? member.text } : member,
  );
  return withMembers(merged, members);
}
