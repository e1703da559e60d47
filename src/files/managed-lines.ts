import { createHash } from 'node:crypto';

import { atomicWrite, readPlain } from './file.js';

/** What stands above the lines that were added to a file of the user's. */
const ADDED = '# Added by savecontext-sync:';
/** The same, where the file's last line had no end: taking the lines out again takes that end out too. */
const ADDED_AFTER_OPEN_LINE = '# Added by savecontext-sync (the line above had no end):';

/** What was done so that a file has some lines, enough to take it back. */
export type OwnLines =
  | { readonly kind: 'file'; readonly path: string; readonly sha256: string }
  | { readonly kind: 'lines'; readonly path: string; readonly lines: readonly string[] };

/**
 * Sees to it that a file of the user's has some lines. A file that is there keeps every byte; the lines that it lacks are added at its
 * end. Gives what was done, or undefined when nothing was to do. Throws `io`.
 *
 * @param content the whole file where there is none yet.
 * @param missing the lines that a text lacks.
 */
export function ensureOwnLines(
  path: string,
  content: string,
  missing: (text: string) => readonly string[],
): OwnLines | undefined {
  const old = readPlain(path);
  if (old === undefined) {
    atomicWrite(path, content);
    return { kind: 'file', path, sha256: sha256(Buffer.from(content)) };
  }
  const lines = missing(old.toString('utf8'));
  if (lines.length === 0) return undefined;
  atomicWrite(path, Buffer.from(withOwnLines(old.toString('latin1'), lines.map(asLatin1)), 'latin1'));
  return { kind: 'lines', path, lines };
}

/** A file as it was just made. */
export function ownFile(path: string): OwnLines {
  return { kind: 'file', path, sha256: sha256(readPlain(path) ?? Buffer.of()) };
}

/** What {@link ensureOwnLines} did is taken back: the new bytes, null for no file; undefined where the user changed it since. */
export function withoutOwn(own: OwnLines): Buffer | null | undefined {
  const bytes = readPlain(own.path);
  return bytes === undefined ? undefined : withoutOwnIn(own, bytes);
}

/** The same of other bytes than those that the file has now. */
export function withoutOwnIn(own: OwnLines, bytes: Buffer): Buffer | null | undefined {
  if (own.kind === 'file') return sha256(bytes) === own.sha256 ? null : undefined;
  const text = withoutOwnLines(bytes.toString('latin1'), own.lines.map(asLatin1));
  return text === undefined ? undefined : Buffer.from(text, 'latin1');
}

/** UTF-8 bytes as characters of one byte each. */
function asLatin1(line: string): string {
  return Buffer.from(line).toString('latin1');
}

function sha256(bytes: Buffer): string {
  return createHash('sha256').update(bytes).digest('hex');
}

/** A text with lines added at its end, with the line ending that it uses. Bytes are taken as `latin1`, so that all are kept. */
function withOwnLines(text: string, lines: readonly string[]): string {
  const ending = text.includes('\r\n') ? '\r\n' : '\n';
  const isOpen = text !== '' && !text.endsWith('\n');
  const block = [isOpen ? ADDED_AFTER_OPEN_LINE : ADDED, ...lines].map((line) => line + ending).join('');
  return `${text}${isOpen ? ending : ''}${block}`;
}

/**
 * The text as it was before {@link withOwnLines} added these lines, whatever was added after them; undefined where they are not there.
 */
function withoutOwnLines(text: string, lines: readonly string[]): string | undefined {
  for (const ending of ['\n', '\r\n']) {
    for (const [comment, before] of [
      [ADDED, ''],
      [ADDED_AFTER_OPEN_LINE, ending],
    ] as const) {
      const block = before + [comment, ...lines].map((line) => line + ending).join('');
      const at = text.lastIndexOf(block);
      const startsLine = at === 0 || before !== '' || text[at - 1] === '\n';
      if (at !== -1 && startsLine) return text.slice(0, at) + text.slice(at + block.length);
    }
  }
  return undefined;
}
