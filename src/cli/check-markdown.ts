import type { Checked, NamedChange } from '../git/check-folder.js';
import { cleanText } from './clean.js';
import { count, findingText } from './describe.js';
import { fieldText } from './field-change.js';

/** So many characters a comment has at most on GitHub, less what goes around it. */
const MOST = 60_000;

/** What a merge request does to records, as Markdown for those who review it. What does not fit into a comment is counted. */
export function checkMarkdown({ findings, changes }: Checked): string {
  const parts = [
    ['## What the records become', ''],
    ...(findings.length === 0 ? [] : [['**Somebody must look at this:**', '']]),
    ...findings.map((finding) => [`- ${codeSpan(findingText(finding))}`]),
    ...(findings.length === 0 ? [] : [['']]),
    [summaryOf(changes), ''],
    ...changes.map(describe),
  ];
  const lines: string[] = [];
  let room = MOST;
  for (const [index, part] of parts.entries()) {
    room -= part.reduce((sum, line) => sum + line.length + 1, 0);
    if (room < 0) {
      lines.push('', `And ${count(parts.length - index, 'entry', 'entries')} more: see \`sc-sync check\`.`);
      break;
    }
    lines.push(...part);
  }
  return `${lines.join('\n')}\n`;
}

/** How many records became what. */
function summaryOf(changes: readonly NamedChange[]): string {
  const counts = new Map<string, number>();
  for (const { action } of changes) counts.set(action, (counts.get(action) ?? 0) + 1);
  const all = [...counts].map(([action, n]) => `${n} ${action}`).join(', ');
  return all === '' ? 'No record changes.' : `${count(changes.length, 'record')}: ${all}.`;
}

function describe({ called, action, fields }: NamedChange): string[] {
  return [`- ${action} ${codeSpan(called)}`, ...fields.map((field) => `  - ${codeSpan(fieldText(field))}`)];
}

/** Characters that nobody sees. */
const INVISIBLE = /\p{Default_Ignorable_Code_Point}/gu;

/** A text as it is: in code nothing is a link, a mention, a picture or the end of a list. */
function codeSpan(text: string): string {
  const clean = cleanText(text).replaceAll(INVISIBLE, '');
  let longest = 0;
  for (const [run] of clean.matchAll(/`+/g)) longest = Math.max(longest, run.length);
  const fence = '`'.repeat(longest + 1);
  // Spaces that readers take away, where the text could not stand beside the fence.
  const pad = /^[` ]|[` ]$|^$/.test(clean) ? ' ' : '';
  return `${fence}${pad}${clean}${pad}${fence}`;
}
