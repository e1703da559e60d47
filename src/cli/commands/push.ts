import { SyncError } from '../../errors.js';
import { pathInRepository, requireRepository } from '../../git/repository.js';
import { tryGit } from '../../git/run.js';
import { findUpstream, pushUpstream, requireSameName } from '../../git/upstream.js';
import type { Pushed } from '../../git/upstream.js';
import type { Command } from '../command.js';
import type { Context, Place } from '../context.js';
import { count } from '../describe.js';
import { describePull, pullJson, pullStatus } from '../describe-pull.js';
import { EXIT } from '../exit-codes.js';
import { info } from '../outcome.js';
import { refuseOutgoingSecrets } from '../outgoing-secrets.js';
import { pullPlace } from '../pull-place.js';
import type { Pulled } from '../pull-place.js';

/** When others are faster, so many tries and so long in all, in milliseconds: both must be over before it gives up. */
const LEAST_TRIES = 20;
const LEAST_TIME = 120_000;
/** The pause after the first try that was too late, and the longest one, in milliseconds. */
const FIRST_PAUSE = 50;
const LONGEST_PAUSE = 5000;

/** Pulls, then pushes; again with growing pauses while others push first. */
export const run: Command = async ({ context }) => {
  const place = context.place();
  const repository = requireRepository(context.resolve('.'));
  requireSameName(repository, findUpstream(repository));
  const pulls: Pulled[] = [];
  const { pushed, outgoing } = await pushPlace(context, place, pulls);
  const last = pulls.at(-1);
  const where = `${last?.upstream.remote ?? ''}/${last?.upstream.branch ?? ''}`;
  return {
    status: pullStatus(pulls),
    json: { ...pullJson(place, pulls), pushed: outgoing, tries: pulls.length },
    text: [
      ...describePull(place, pulls),
      info(
        pushed === 'up to date' ? `nothing to push to ${where}` : `pushed ${describeOutgoing(outgoing)} to ${where}`,
      ),
      ...(pulls.length > 1 ? [info(`others were faster ${count(pulls.length - 1, 'time')}`)] : []),
    ],
  };
};

/** How many commits go out, and how many of them are not of the data folder. */
interface Outgoing {
  readonly commits: number;
  readonly others: number;
}

async function pushPlace(
  context: Context,
  place: Place,
  pulls: Pulled[],
): Promise<{ readonly pushed: Pushed; readonly outgoing: Outgoing }> {
  for (const since = Date.now(); ;) {
    const pulled = await pullPlace(context, place);
    pulls.push(pulled);
    if (pullStatus([pulled]) !== EXIT.done && pulled.syncs.at(-1)?.inSync === false) throw notInSync();
    await refuseSecrets(context, place, pulled);
    const outgoing = outgoingOf(pulled, place);
    const pushed = pushUpstream(pulled.repository, pulled.upstream);
    if (pushed !== 'raced') return { pushed, outgoing };
    if (pulls.length >= LEAST_TRIES && Date.now() - since > LEAST_TIME) throw gaveUp(pulls.length);
    const pause = Math.min(LONGEST_PAUSE, FIRST_PAUSE * 2 ** (pulls.length - 1)) * (0.5 + Math.random());
    await new Promise((resume) => setTimeout(resume, pause));
  }
}

/** Exports are looked at as they are made; what was written or committed by other means is so here. */
async function refuseSecrets(context: Context, place: Place, { repository, upstream, theirs }: Pulled): Promise<void> {
  const { guard } = context.syncOptions(place);
  if (guard === undefined) return;
  const { registry } = context.store();
  const { remote } = upstream;
  await refuseOutgoingSecrets({ repository, dir: place.dir, remote, theirs, registry, guard });
}

function outgoingOf({ repository, theirs, upstream }: Pulled, { dir }: Place): Outgoing {
  const cwd = repository.root;
  const range = theirs === undefined ? ['HEAD', '--not', `--remotes=${upstream.remote}`] : [`${theirs}..HEAD`];
  const folder = pathInRepository(repository, dir);
  const number = (args: readonly string[]): number =>
    Number(tryGit(['rev-list', '--count', ...range, ...args], { cwd }) ?? 0);
  return { commits: number([]), others: number(['--no-merges', '--', ':(top)', `:(top,exclude,literal)${folder}`]) };
}

function describeOutgoing({ commits, others }: Outgoing): string {
  return `${count(commits, 'commit')}${others === 0 ? '' : `, ${others} of them not of the data folder,`}`;
}

function notInSync(): SyncError {
  return new SyncError('refused', 'nothing was pushed: database and files differ after the sync', {
    hint: 'see status; the commits so far are in this clone',
  });
}

function gaveUp(tries: number): SyncError {
  return new SyncError('busy', `nothing was pushed: others were faster ${tries} times`, {
    hint: 'everything is committed in this clone; push again later',
  });
}
