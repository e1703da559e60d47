import { settingsInForce } from '../../sync/accepted-settings.js';
import { SyncError } from '../../errors.js';
import { bringForward } from '../../git/bring-forward.js';
import type { MadeMerge } from '../../git/merge-upstream.js';
import { countOutgoing } from '../../git/outgoing.js';
import { pushUpstream } from '../../git/upstream.js';
import { removeLostValue } from '../../files/lost-values.js';
import { count } from '../describe.js';
import { describePull, endOf, pullJson } from '../describe-pull.js';
import { info } from '../outcome.js';
import { refuseOutgoingSecrets } from '../outgoing-secrets.js';
import { pullOptions, pullPlace } from '../pull-place.js';
import type { Outcome } from '../outcome.js';
import { allowSecret, commitOptions } from '../options.js';
import type { Invocation, Verb } from '../verb.js';

/** When others are faster, so many tries and so long in all, in milliseconds: both must be over before it gives up. */
const LEAST_TRIES = 20;
const LEAST_TIME = 120_000;
/** Says whether a push that was too late so many times, in so many milliseconds, is given up. */
export function isGivenUp(races: number, elapsed: number): boolean {
  return races >= LEAST_TRIES && elapsed > LEAST_TIME;
}

/** No pause after a try that was too late is longer, in milliseconds. */
const LONGEST_PAUSE = 5000;

export const verb: Verb = {
  about:
    'Any remote of git will do. Gives up after about two minutes in which others were faster; everything is committed then.',
  options: [allowSecret(), ...commitOptions()],
  examples: [
    ['sc-sync push', 'what is in the database is with the team'],
    ['sc-sync push --branch records', 'to a branch of its own, where nobody may push to yours'],
  ],
  run,
};

/** Pulls, then pushes; again with growing pauses while others push first. */
async function run({ session, options }: Invocation): Promise<Outcome> {
  const place = session.place();
  // Exports are looked at as they are made; what was written or committed by other means is so here.
  const check = (made: MadeMerge): void => {
    const { secrets } = settingsInForce(session.store(), place).settings;
    refuseOutgoingSecrets(made, session.store().registry, session.guard, secrets);
  };
  const sender = new Sender(check);
  const pulled = await pullPlace(session, place, pullOptions(options), (merge) => sender.send(merge));
  const { tries, races, waited, commits, others } = sender;
  const where = `${pulled.upstream.remote}/${pulled.upstream.branch}`;
  return {
    ...endOf(pulled),
    json: { ...pullJson(place, pulled), pushed: { commits, others }, tries, waited: Math.round(waited) },
    text: [
      ...describePull(pulled, session),
      ...(commits > 0 ? [info(`pushed ${describeOutgoing(sender)} to ${where}`)] : []),
      ...(commits === 0 && pulled.error === undefined ? [info(`${where} has everything already`)] : []),
      ...(races > 0 ? [info(`others were faster ${count(races, 'time')}`)] : []),
    ],
  };
}

/** Sends merges to the remote, and remembers what that took. */
class Sender {
  readonly #since = Date.now();
  readonly #check: (merge: MadeMerge) => void;
  #checked: string | undefined;
  /** How many pushes it took, and how many of them were too late since others pushed first. */
  tries = 0;
  races = 0;
  /** How long it paused in all, in milliseconds. */
  waited = 0;
  /** How many commits went out, and how many of them were not of the data folder. */
  commits = 0;
  others = 0;

  /** @param check looks at what a merge brings of this clone; throws what must not go out. */
  constructor(check: (merge: MadeMerge) => void) {
    this.#check = check;
  }

  /** The branch here stays where it is until its merge is the remote's: of a merge that was too late nothing remains. */
  async send(merge: () => Promise<MadeMerge>): Promise<MadeMerge | undefined> {
    for (;;) {
      const begun = Date.now();
      const made = await merge();
      const isThere = made.commit !== undefined && made.commit === made.theirs;
      if (!isThere && (await bringForward(made, { dryRun: true })) === 'moved') return undefined;
      this.tries++;
      if (isThere) return made;
      if (made.head !== this.#checked) this.#check(made);
      this.#checked = made.head;
      const pushed = pushUpstream(made.repository, made.upstream, made.commit ?? `refs/heads/${made.upstream.local}`);
      if (pushed !== 'raced') {
        if (pushed === 'pushed') this.#count(made);
        return made;
      }
      this.races++;
      made.lostValues.forEach(removeLostValue);
      await this.#pause(Date.now() - begun);
    }
  }

  #count(made: MadeMerge): void {
    const { commits, others } = countOutgoing(made);
    this.commits += commits;
    this.others += others;
  }

  /** The more others push, the longer a try takes and the more tries are too late: pauses grow with both. */
  async #pause(took: number): Promise<void> {
    if (isGivenUp(this.races, Date.now() - this.#since)) throw gaveUp(this.races);
    const pause = Math.min(LONGEST_PAUSE, (took * this.races) / 2) * Math.random();
    this.waited += pause;
    await new Promise((resume) => setTimeout(resume, pause));
  }
}

function describeOutgoing({ commits, others }: Sender): string {
  return `${count(commits, 'commit')}${others === 0 ? '' : `, ${others} of them not of the data folder,`}`;
}

function gaveUp(races: number): SyncError {
  return new SyncError('busy', `Nothing was pushed: others were faster ${races} times`, {
    hint: 'everything is committed in this clone; run sc-sync push again later',
  });
}
