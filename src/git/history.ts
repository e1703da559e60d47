import { workTreeOf } from '../files/directory.js';
import { namesIn } from '../files/file.js';
import type { History, HistoryCommit, HistoryLine } from '../sync/file-history.js';
import { looseCommit } from './head.js';
import { LOG, readPatches } from './patch.js';
import { literally, pathInRepository } from './repository.js';
import { git, tryGit } from './run.js';

/** Each commit after those that it was made upon; of these, git names the nearest that changed the files. */
const PARENTS_FIRST = ['--topo-order', '--reverse', '--parents', '--format=tformat:%x00%H%x00%P'];

/** The commits that git makes for stashes: the stash, what was in its index, what was not tracked. The reflog names them too. */
function stashes(cwd: string): ReadonlySet<string> {
  const list = tryGit(['stash', 'list', '--no-show-signature', '--format=%H %P'], { cwd }) ?? '';
  // The first parent of a stash is the commit that it was made on, as good as any other.
  return new Set(
    list.split('\n').flatMap((line) => {
      const [stash, , ...others] = line.split(' ');
      return [stash ?? '', ...others];
    }),
  );
}

/** The history of git that the files of an export directory come from. Asks git nothing until it is asked. */
export function gitHistory(dir: string): History {
  // Outside of a work tree there is no head, and nothing else is asked.
  const root = workTreeOf(dir);
  const cwd = root ?? dir;
  const folder = pathInRepository({ root: cwd }, dir);
  const files = ['--', literally(folder)];
  const head = (): string | undefined =>
    root === undefined
      ? undefined
      : (looseCommit(root) ?? tryGit(['rev-parse', '--verify', '--quiet', 'HEAD^{commit}'], { cwd }));
  // After a rebase, a reset or a change of branch: where both parted.
  const parting = (since: string | undefined, now: string): string | undefined =>
    since === undefined ? undefined : tryGit(['merge-base', since, now], { cwd });
  /** The lines that commits added, but for those of some. */
  function* added(
    commits: readonly string[],
    { paths = files, except = new Set() }: { paths?: readonly string[]; except?: ReadonlySet<string> } = {},
  ): Generator<HistoryLine> {
    const known = new Map<string, HistoryCommit>();
    let [name, commit]: [string, HistoryCommit] = ['', { parents: [] }];
    for (const change of readPatches([...LOG, ...PARENTS_FIRST, ...commits, ...paths], cwd)) {
      if (change.sign === 'commit') {
        const [hash = '', parents = ''] = change.head;
        // A merge is named once for each of its parents.
        name = hash;
        commit = known.get(name) ?? { parents: parents.split(' ').flatMap((parent) => known.get(parent) ?? []) };
        known.set(name, commit);
      } else if (change.sign === '+' && !except.has(name)) {
        yield { file: change.file, line: change.line, isNow: false, commit };
      }
    }
  }
  return {
    point(noted) {
      if (root === undefined) return undefined;
      if (noted !== undefined && looseCommit(root) === noted) return noted;
      const flags = ['--porcelain=v2', '--branch', '-z', '--no-ahead-behind', '--no-renames', '--untracked-files=no'];
      const [first = '', ...entries] = (tryGit(['status', ...flags, ...files], { cwd }) ?? '').split('\0');
      // What is not committed must not count as a part of the history.
      const isCommitted = !entries.some((entry) => /^[12u] /.test(entry));
      return isCommitted ? /^# branch\.oid ([0-9a-f]+)$/.exec(first)?.[1] : undefined;
    },
    *changes(since) {
      const now = head();
      if (now === undefined) return;
      const from = parting(since, now) ?? git(['hash-object', '-t', 'tree', '--stdin'], { cwd, input: '' }).trim();
      for (const change of readPatches(['diff', from, now, ...files], cwd)) {
        if (change.sign !== 'commit') yield { file: change.file, line: change.line, isNow: change.sign === '+' };
      }
    },
    *arrivals(since) {
      const now = head();
      if (now === undefined) return;
      const from = parting(since, now);
      yield* added([from === undefined ? now : `${from}..${now}`]);
    },
    *anywhere() {
      const now = head();
      const names = namesIn(dir).filter((name) => name.endsWith('.jsonl'));
      if (now === undefined || names.length === 0) return;
      yield* added([now], {
        paths: ['--', ...names.map((name) => `:(top,glob)**/${name.replaceAll(/[\\*?[]/g, '\\$&')}`)],
      });
    },
    *published() {
      const now = head();
      if (now !== undefined) yield* added(['--remotes', '--tags', '--not', now]);
    },
    *unpublished() {
      const now = head();
      if (now !== undefined)
        yield* added(['--branches', '--reflog', '--not', '--remotes', '--tags', now], { except: stashes(cwd) });
    },
  };
}
