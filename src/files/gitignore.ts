import { join } from 'node:path';

import { ensureOwnLines } from './managed-lines.js';
import type { OwnLines } from './managed-lines.js';

const IGNORE_ALL = '*';
const KEPT = ['!.gitignore', '!.gitattributes', '!*.jsonl', '!sync.json', '!registry.json'] as const;

/** What {@link ensureGitignore} did. */
export type GitignoreOutcome = 'created' | 'extended' | 'unchanged';

/** The ignore file of an export directory: git sees the synced files and the shared settings, and nothing else. */
export function gitignoreContent(): string {
  const lines = [
    '# Made by savecontext-sync. Locks, copies and temporary files stay on this machine:',
    IGNORE_ALL,
    '',
    '# What a team shares:',
    ...KEPT,
  ];
  return `${lines.join('\n')}\n`;
}

/**
 * Sees to it that the folder's `.gitignore` has the effect of {@link gitignoreContent}. A file that is there keeps
 * every byte; the lines that it lacks are added at its end, with the line ending that it uses.
 *
 * @throws SyncError `io` if the file cannot be read or written.
 */
export function ensureGitignore(dir: string): GitignoreOutcome {
  const done = extendGitignore(dir);
  if (done === undefined) return 'unchanged';
  return done.kind === 'file' ? 'created' : 'extended';
}

/** Does what {@link ensureGitignore} does, and gives what it did. */
export function extendGitignore(dir: string): OwnLines | undefined {
  return ensureOwnLines(join(dir, '.gitignore'), gitignoreContent(), missingPatterns);
}

/** The patterns that an ignore file lacks, in order. */
function missingPatterns(text: string): readonly string[] {
  const patterns = text
    .replace(/^\uFEFF/, '')
    .split('\n')
    .map(normalPattern);
  // In git the last match wins: what stands before the last `*` has no effect any more.
  const lastIgnoreAll = patterns.lastIndexOf(IGNORE_ALL);
  if (lastIgnoreAll !== -1) return KEPT.filter((kept) => !patterns.includes(kept, lastIgnoreAll + 1));
  // A `*` at the end would undo the exceptions that the user made, so they are said again after it.
  const own = patterns.filter((pattern) => pattern.startsWith('!') && !KEPT.some((kept) => kept === pattern));
  return [IGNORE_ALL, ...KEPT, ...own];
}

/** The line as git reads it; `/x` and `x` are the same for the files that matter here. */
function normalPattern(line: string): string {
  return line.trimEnd().replace(/^(!?)\/(?=[^/]*$)/, '$1');
}
