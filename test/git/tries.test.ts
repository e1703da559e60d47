import { describe, expect, it } from 'vitest';

import { isGivenUp } from '../../src/cli/verbs/push.js';
import { Session } from '../../src/cli/session.js';
import { pullPlace } from '../../src/cli/pull-place.js';
import type { Share } from '../../src/cli/pull-place.js';
import { runWithLockRetry } from '../../src/git/run.js';
import type { GitResult } from '../../src/git/run.js';
import { pair } from './clones.js';

const held: GitResult = { status: 128, stdout: '', stderr: `fatal: Unable to create 'index.lock': File exists.` };
const done: GitResult = { status: 0, stdout: 'done', stderr: '' };

describe('tries', () => {
  it('of a git that another one holds up go on until it is free, and end with any other failure', async () => {
    for (const last of [done, { ...held, stderr: 'fatal: something else' }]) {
      const results = [held, held, held, last];
      expect(await runWithLockRetry(['status'], { cwd: '/' }, () => results.shift() ?? held)).toBe(last);
      expect(results).toEqual([]);
    }
  });

  it('of a push that others outrun are at least 20, and last for at least two minutes', () => {
    expect([isGivenUp(19, 1e9), isGivenUp(20, 120_000), isGivenUp(1e9, 120_000)]).toEqual([false, false, false]);
    expect(isGivenUp(20, 120_001)).toBe(true);
  });

  it('of a merge in a clone that is changed all the time are 20; the last one counts', async () => {
    const { ann, bob } = pair();
    ann.put('memory', 'mem_1', 'value=by ann');
    ann.commit();
    ann.git('push', '--quiet');
    const session = new Session({ directory: bob.root, db: bob.db });
    let calls = 0;
    const push = (until: number): ReturnType<typeof pullPlace> => {
      calls = 0;
      const share: Share = async (merge) => (++calls < until ? undefined : merge());
      return pullPlace(session, session.place(), {}, share);
    };
    const { error } = await push(Infinity);
    expect(error).toMatchObject({ code: 'busy', message: expect.stringContaining('20 times') as string });
    expect(calls).toBe(20);
    const pulled = await push(20);
    expect([calls, pulled.error, pulled.merged]).toEqual([20, undefined, ['fast forward']]);
    session.close();
  });
});
