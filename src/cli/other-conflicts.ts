import { workTreeOf } from '../files/directory.js';
import type { KeptLoss } from '../files/other-losses.js';
import { dropOtherLosses, listOtherLosses, takeOtherLosses } from '../git/take-other-losses.js';
import { count } from './describe.js';
import { EXIT } from './exit-codes.js';
import { exactOrText } from './json-text.js';
import { data, info, next, warning } from './outcome.js';
import type { Line, Outcome } from './outcome.js';
import type { Session } from './session.js';
import { dateText, timeJson } from './time-text.js';

/** Values that lost in files of other programs, which wait in the git folder of a clone. */
export interface OtherConflicts {
  readonly root: string;
  readonly losses: readonly KeptLoss[];
  readonly unreadable: readonly string[];
}

/** Finds them in the clone of a session; there are none outside of git. */
export function findOtherConflicts(session: Session): OtherConflicts | undefined {
  const root = workTreeOf(session.resolve('.'));
  return root === undefined ? undefined : { root, ...listOtherLosses(root) };
}

/** Those that a word means: the name of one, or a file. */
export function otherConflictsNamed({ losses }: OtherConflicts, word: string): KeptLoss[] {
  return losses.filter(({ n, path }) => n === word || path === word);
}

/** The cells of a table of values that lost. */
export function otherRows({ losses }: OtherConflicts): string[][] {
  return losses.map(({ n, path, id, field, kept, lost, at }) => [
    ...[n, `${path} ${id}`, field, kept ?? '-', lost],
    ...['merge', dateText(at)],
  ]);
}

/** Lines among them that nobody can read. */
export function warnOfUnreadable({ unreadable }: OtherConflicts): Line[] {
  return unreadable.map((place) => warning(`${place} is no value that lost; look at it, then remove the line`));
}

export function otherJson({ n, path, id, field, base, kept, lost, at }: KeptLoss): object {
  const [before, now] = [base, kept].map((token) => (token === null ? null : exactOrText(token)));
  return { n, path, id, field, base: before, kept: now, lost: exactOrText(lost), at: timeJson(at) };
}

/** Does with values that lost in files of other programs what somebody asked for. */
export function workOnOthers({ root }: OtherConflicts, action: string, losses: readonly KeptLoss[]): Outcome {
  const files = losses.map(otherJson);
  switch (action) {
    case 'take':
      takeOtherLosses(root, losses);
      return {
        status: EXIT.done,
        json: { taken: [], files },
        text: [
          ...losses.map(({ path, id, field }) => info(`put ${field} of ${id} back into ${path}`)),
          next('git diff', 'shows it; then commit'),
        ],
      };
    case 'drop':
      dropOtherLosses(root, losses);
      return {
        status: EXIT.done,
        json: { dropped: [], files },
        text: [info(`dropped ${count(losses.length, 'entry', 'entries')}`)],
      };
    default:
      return { status: EXIT.done, json: { conflicts: [], files }, text: losses.flatMap(showOne) };
  }
}

function showOne({ n, path, id, field, base, kept, lost, at }: KeptLoss): Line[] {
  return [
    data(`${n}: ${path} ${id}, ${field}, merge, ${dateText(at)}`, 'strong'),
    data(`base: ${base ?? '-'}`),
    data(`kept: ${kept ?? '-'}`),
    data(`lost: ${lost}`),
  ];
}
