// git starts this once for each file that both sides of a merge changed: it loads neither SQLite nor the command line's parser.
import { SyncError, messageOf } from './errors.js';
import { driveMerge, markerSize } from './git/drive-merge.js';
import type { DriverCall } from './git/drive-merge.js';
import { parseLineWords } from './git/line-options.js';
import { lineOptions } from './merge/json-options.js';
import { savecontext } from './savecontext/registry.js';

/** Text of a file never reaches a terminal with control characters. */
const clean = (text: string): string => text.replaceAll(/[\u0000-\u001f\u007f-\u009f\u2028-\u202e\u2066-\u2069]/g, ' ');

const say = (text: string): void => void process.stderr.write(`sc-sync: ${clean(text)}\n`);

function readCall(argv: readonly string[]): DriverCall {
  const { words, others: positionals } = parseLineWords(argv);
  const [base, ours, theirs, path, size, ...others] = positionals;
  if (base === undefined || ours === undefined || theirs === undefined || path === undefined || others.length > 0) {
    throw new SyncError(
      'usage',
      'The merge driver needs [--key name] [--together a,b] [--element field=a,b] [--updated name] [--append-only] %O %A %B %P [%L]',
    );
  }
  return {
    base,
    ours,
    theirs,
    path,
    markerSize: markerSize(size),
    lines: lineOptions(words),
  };
}

/** The exit status that git understands: 0 merged, 1 a conflict that somebody must look at. */
function main(): number {
  try {
    const call = readCall(process.argv.slice(2));
    const { problems, lost, leftIn } = driveMerge(savecontext, call, process.cwd(), Date.now());
    for (const problem of problems) say(`${call.path}: ${problem}`);
    if (lost > 0) say(`${call.path}: ${lost} value${lost === 1 ? '' : 's'} lost the merge, kept in ${leftIn ?? ''}`);
    return problems.length === 0 ? 0 : 1;
  } catch (error) {
    say(messageOf(error));
    return 1;
  }
}

process.exitCode = main();
