import { SyncError } from '../errors.js';

const BEGIN = '<!-- sc-sync: begin -->';
const END = '<!-- sc-sync: end -->';

/** What the text about a project says of its folder and its records. */
export interface SectionWords {
  /** The name of the export directory. */
  readonly folder: string;
  /** The types of its records. */
  readonly types: readonly string[];
}

/** What a coding agent should know, in ASCII: a file is taken as bytes. */
export function sectionFor(words: SectionWords): string {
  return words.types.includes('issue') && words.folder === '.savecontext' ? SAVECONTEXT : sectionOfOther(words);
}

function sectionOfOther({ folder, types }: SectionWords): string {
  const [type = 'TYPE'] = types;
  return `${BEGIN}
## The database of this project: sc-sync

The records of this project lie in a SQLite database, and as \`${folder}/*.jsonl\` in git. Their types: ${types.join(', ')}.

- Before work: \`sc-sync pull\`. After work: \`sc-sync push\`. Without a remote: \`sc-sync sync\`.
- Read: \`sc-sync list ${type} --json\`, \`sc-sync get ${type} ID --json\`, \`sc-sync log ${type} ID --json\`.
- Write: \`sc-sync put ${type} ID FIELD=VALUE --json\`.
- \`sc-sync conflicts --json\` lists values that lost a merge. \`sc-sync conflicts take N\` puts one back.
- Never edit \`${folder}/*.jsonl\` by hand.
- Errors are \`{"error": {"code", "message", "details", "hint", "retryable"}}\`. Follow the hint; try again if \`retryable\`.
- \`sc-sync schema VERB\` prints the form of what \`--json\` prints. \`sc-sync mcp\` serves the same over MCP.
${END}
`;
}

const SAVECONTEXT = `${BEGIN}
## Issues, plans and memories: sc-sync

The records of this project lie in a SQLite database, and as \`.savecontext/*.jsonl\` in git.

- Before work: \`sc-sync pull\`. After work: \`sc-sync push\`. Without a remote: \`sc-sync sync\`.
- Read: \`sc-sync list issue status=open --json\`, \`sc-sync get RECORD --json\`, \`sc-sync log RECORD --json\`.
- Write: \`sc-sync put issue title='Login fails' --json\`, \`sc-sync put RECORD status=closed --json\`.
- Write many at once: \`sc-sync put --batch records.jsonl --json\`, one object with its \`type\` a line.
- RECORD is an id, a short id (\`6b1d\`), the key of a memory, or a unique beginning of an id.
- \`sc-sync conflicts --json\` lists values that lost a merge. \`sc-sync conflicts take N\` puts one back.
- Never edit \`.savecontext/*.jsonl\` by hand.
- Errors are \`{"error": {"code", "message", "details", "hint", "retryable"}}\`. Follow the hint; try again if \`retryable\`.
- \`sc-sync schema VERB\` prints the form of what \`--json\` prints. \`sc-sync mcp\` serves the same over MCP.
${END}
`;

/**
 * A text with the section in it, and nothing else changed: in place of an old one, else at the end. The line ends are those of the text.
 * Throws `bad_input` where the end of an old section is missing.
 */
export function withSection(text: string, own: string, path: string): string {
  const section = /^[^\n]*\r\n/.test(text) ? own.replaceAll('\n', '\r\n') : own;
  const from = text.indexOf(BEGIN);
  if (from === -1) return `${text}${gapAfter(text)}${section}`;
  const to = text.indexOf(END, from);
  if (to === -1) {
    throw new SyncError('bad_input', `The section of sc-sync in ${path} has no end: the line ${END} is missing`, {
      hint: 'put that line back, or take the section out',
    });
  }
  return `${text.slice(0, from)}${section.trimEnd()}${text.slice(to + END.length)}`;
}

/** One blank line between the text and what comes after it. */
function gapAfter(text: string): string {
  if (text === '') return '';
  const end = text.includes('\r\n') ? '\r\n' : '\n';
  if (!text.endsWith('\n')) return end + end;
  return /\n\r?\n$/.test(text) ? '' : end;
}
