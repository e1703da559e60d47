import { versionOf } from '../format/version-of.js';
import { calledBy, namedRecord } from '../record/names.js';
import type { NamedRecord } from '../record/names.js';
import type { FileVersion } from '../record/version.js';
import type { Registry } from '../registry/entity.js';
import { CONFLICTS_FILE } from '../registry/names.js';
import { readPatches } from './patch.js';
import type { ChangedFile } from './patch.js';

/** A commit of more changed lines counts its records, and does not name them. */
const MOST_LINES = 100;

/** No subject is longer, in characters. */
const LONGEST = 72;

/** What a commit is to have. */
export interface CommitPlan {
  /** What it is about: its records by name, or else by number. */
  readonly subject: string;
  /** The names of the files that differ from the last commit. */
  readonly files: readonly string[];
}

/** Looks at what is staged of some paths. Throws `io`. */
export function planCommit(registry: Registry, cwd: string, paths: readonly string[]): CommitPlan {
  const files: ChangedFile[] = [];
  const stories = new Map<string, Story>();
  const isLong = (): boolean => files.reduce((sum, { added, removed }) => sum + added + removed, 0) > MOST_LINES;
  const patches = readPatches(['diff', '--numstat', '--cached', '--', ...paths], cwd, (file) => files.push(file));
  for (const line of patches) {
    if (isLong()) break;
    const version = line.sign === 'commit' ? undefined : versionOf(registry, line.line);
    if (version !== undefined) tell(stories, version, line.sign === '+');
  }
  return {
    subject: isLong() ? countedSubject(registry, files) : namedSubject(stories, files),
    files: files.map(({ file }) => file),
  };
}

/** What became of a record. */
interface Story {
  name: NamedRecord;
  wasThere: boolean;
  isThere: boolean;
  wasDeleted: boolean;
}

function namedSubject(stories: ReadonlyMap<string, Story>, files: readonly ChangedFile[]): string {
  const parts = [...stories.values()].map((story) => `${verbOf(story)} ${calledBy(story.name)}`);
  const subject = joined(
    parts.length === 0
      ? [files.some(({ file }) => file === CONFLICTS_FILE) ? 'say which values lost' : 'set up the data folder']
      : parts,
  );
  return `${subject[0]?.toUpperCase() ?? ''}${subject.slice(1)}`;
}

function tell(stories: Map<string, Story>, version: FileVersion, isAdded: boolean): void {
  const name = namedRecord(version);
  const key = `${version.type} ${version.id}`;
  const story = stories.get(key) ?? { name, wasThere: false, isThere: false, wasDeleted: false };
  stories.set(key, story);
  if (version.kind === 'deleted') story.wasDeleted ||= !isAdded;
  else {
    story.name = isAdded || !story.isThere ? name : story.name;
    if (isAdded) story.isThere = true;
    else story.wasThere = true;
  }
}

function verbOf({ wasThere, isThere, wasDeleted }: Story): string {
  if (!isThere) return wasDeleted ? 'forget the deletion of' : 'delete';
  if (wasThere) return 'change';
  return wasDeleted ? 'restore' : 'add';
}

/** As many parts as fit, and how many more there are. */
function joined(parts: readonly string[]): string {
  const clean = parts.map((part) => part.replaceAll(/[\p{Cc}\p{Zl}\p{Zp}\u202a-\u202e\u2066-\u2069]+/gu, ' '));
  for (let shown = clean.length; shown > 1; shown--) {
    const text = withRest(clean, shown);
    if (text.length <= LONGEST) return text;
  }
  const [first = ''] = clean;
  const rest = withRest(clean, 1).slice(first.length);
  const characters = Array.from(first);
  const room = LONGEST - rest.length;
  return `${characters.length <= room ? first : `${characters.slice(0, room - 1).join('')}…`}${rest}`;
}

function withRest(parts: readonly string[], shown: number): string {
  const left = parts.length - shown;
  return `${parts.slice(0, shown).join(', ')}${left === 0 ? '' : ` and ${left} more`}`;
}

function countedSubject({ deletionsFile }: Registry, files: readonly ChangedFile[]): string {
  let changed = 0;
  let deleted = 0;
  let undeleted = 0;
  for (const { file, added, removed } of files) {
    if (file === deletionsFile) {
      deleted += added;
      undeleted += Math.max(0, removed - added);
    } else if (file.endsWith('.jsonl') && file !== CONFLICTS_FILE) changed += added;
  }
  const counts = { changed, deleted, 'no longer deleted': undeleted };
  const parts = Object.entries(counts).flatMap(([what, count]) => (count > 0 ? [`${count} ${what}`] : []));
  return `Records: ${parts.length === 0 ? 'set-up' : parts.join(', ')}`;
}
