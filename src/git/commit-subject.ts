import { basename } from 'node:path';

import { versionOf } from '../format/version-of.js';
import { calledBy, namedRecord } from '../record/names.js';
import type { NamedRecord } from '../record/names.js';
import type { FileVersion } from '../record/version.js';
import type { Registry } from '../registry/entity.js';
import { CONFLICTS_FILE } from '../registry/names.js';
import { readPatches } from './patch.js';

/** A commit of more changed lines counts its records, and does not name them. */
const MOST_LINES = 100;

/** No subject is longer, in characters. */
const LONGEST = 72;

/** What a commit is about: its records by name, or else by number. `numstat` has the lines that came and went, file by file. */
export function subjectOf(
  registry: Registry,
  cwd: string,
  paths: readonly string[],
  numstat: readonly (readonly string[])[],
): string {
  const lines = numstat.reduce((sum, [added, removed]) => sum + Number(added) + Number(removed), 0);
  return lines <= MOST_LINES ? namedSubject(registry, cwd, paths) : countedSubject(numstat);
}

/** What became of a record. */
interface Story {
  name: NamedRecord;
  wasThere: boolean;
  isThere: boolean;
  wasDeleted: boolean;
}

function namedSubject(registry: Registry, cwd: string, paths: readonly string[]): string {
  const stories = new Map<string, Story>();
  let tellsOfLosses = false;
  for (const line of readPatches(['diff', '--cached', '--', ...paths], cwd)) {
    const version = line.sign === 'commit' ? undefined : versionOf(registry, line.line);
    if (version !== undefined) tell(stories, version, line.sign === '+');
    tellsOfLosses ||= line.sign !== 'commit' && basename(line.file) === CONFLICTS_FILE;
  }
  const parts = [...stories.values()].map((story) => `${verbOf(story)} ${calledBy(story.name)}`);
  const subject = joined(
    parts.length === 0 ? [tellsOfLosses ? 'say which values lost' : 'set up the data folder'] : parts,
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

function countedSubject(numstat: readonly (readonly string[])[]): string {
  let changed = 0;
  let deleted = 0;
  let undeleted = 0;
  for (const [added, removed, path = ''] of numstat) {
    if (path.endsWith('/deletions.jsonl')) {
      deleted += Number(added);
      undeleted += Math.max(0, Number(removed) - Number(added));
    } else if (path.endsWith('.jsonl') && basename(path) !== CONFLICTS_FILE) changed += Number(added);
  }
  const counts = { changed, deleted, 'no longer deleted': undeleted };
  const parts = Object.entries(counts).flatMap(([what, count]) => (count > 0 ? [`${count} ${what}`] : []));
  return `Records: ${parts.length === 0 ? 'set-up' : parts.join(', ')}`;
}
