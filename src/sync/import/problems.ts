import { SyncError } from '../../errors.js';
import type { SyncErrorCode } from '../../errors.js';
import type { SkippedLine } from './collect-changes.js';

/** How many problems are listed before the rest is only counted. */
const MAX_PROBLEMS = 100;

const HINTS: Partial<Record<SyncErrorCode, string>> = {
  conflict_markers: 'run sc-sync resolve, or delete the markers and keep the lines of both sides',
  newer_format: 'update savecontext-sync',
  bad_input: 'correct the lines, or leave them in their files with sc-sync import --skip-invalid',
};

/**
 * Fails with every problem that was found. Invalid lines may be skipped, but not what a merge left unfinished, nor
 * what a newer version wrote.
 */
export function failOnProblems(skipped: readonly SkippedLine[], skipInvalid: boolean): void {
  const worst = skipped.find(({ code }) => code !== 'bad_input') ?? skipped[0];
  if (worst === undefined || (worst.code === 'bad_input' && skipInvalid)) return;
  const problems = skipped.map(({ problem }) => problem);
  const more = problems.length - MAX_PROBLEMS;
  const details = more > 0 ? [...problems.slice(0, MAX_PROBLEMS), `and ${more} more`] : problems;
  const cutFile = skipped.find((line) => line.cutFile !== undefined)?.cutFile;
  const hint = worst.code === 'bad_input' && cutFile !== undefined ? hintForCut(cutFile) : HINTS[worst.code];
  throw new SyncError(worst.code, messageOf(worst, problems.length), {
    details,
    ...(hint === undefined ? {} : { hint }),
  });
}

function messageOf({ code, problem }: SkippedLine, count: number): string {
  if (code === 'conflict_markers') return `${problem}: the file is in the middle of a merge`;
  if (code === 'newer_format') return `${problem}: a newer savecontext-sync wrote the file`;
  return `Nothing was imported: the files have ${count} ${count === 1 ? 'problem' : 'problems'}`;
}

/** Git that stops halfway leaves such a file; what it had before is in git, and what is in the database is exported again. */
function hintForCut(name: string): string {
  return `${name} ends in the middle of a line: take it from git again (git checkout -- ${name}) or from a copy, then run sync`;
}
