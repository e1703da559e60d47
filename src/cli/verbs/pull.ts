import { describePull, endOf, pullJson } from '../describe-pull.js';
import { pullOptions, pullPlace } from '../pull-place.js';
import type { Outcome } from '../outcome.js';
import { allowSecret, commitOptions } from '../options.js';
import type { Invocation, Verb } from '../verb.js';

export const verb: Verb = {
  about:
    'Commits nothing but .savecontext; what is staged elsewhere stays staged. Merges by the merge driver whether this clone is set up or not.',
  options: [allowSecret(), ...commitOptions()],
  examples: [['sc-sync pull', 'what the team did is in the database']],
  run,
};

/** Takes what the remote has, by way of the files, into the database. */
async function run({ session, options }: Invocation): Promise<Outcome> {
  const place = session.place();
  const pulled = await pullPlace(session, place, pullOptions(options));
  return { ...endOf(pulled), json: pullJson(place, pulled), text: describePull(pulled, session) };
}
