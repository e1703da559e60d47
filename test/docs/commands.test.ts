import { readdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';

import { afterAll, beforeAll, describe, expect, it } from 'vitest';

import { VERBS } from '../../src/cli/verbs.js';
import { readPage, root } from '../page-examples.js';
import { stepsOf } from './transcript.js';
import { World } from './world.js';

/** `WRITE_PAGES=1` writes what the commands print now into the pages. */
const WRITE = process.env['WRITE_PAGES'] === '1';

/** The database of somebody who worked with the SaveContext command line. */
const REFERENCE = join(root, 'test/fixtures/reference/full/before.db');

/** Pages that lead through a run of their own, from an empty home folder, with what happened before. */
const ALONE: Readonly<Record<string, readonly string[]>> = {
  'docs/agents.md': [],
  'docs/beside-savecontext.md': [
    `mkdir -p .savecontext/data && cp '${REFERENCE}' .savecontext/data/savecontext.db`,
    'git init --quiet atlas',
  ],
  'docs/cli/adopt.md': [
    'mkdir memos && cd memos',
    `sqlite3 memos.db "
      CREATE TABLE memo (id INTEGER PRIMARY KEY, uid TEXT NOT NULL UNIQUE, creator_id INTEGER NOT NULL, content TEXT);
      CREATE TABLE user (id INTEGER PRIMARY KEY, username TEXT NOT NULL UNIQUE, password_hash TEXT);
      CREATE TABLE migrations (version INTEGER);
      INSERT INTO user (username) VALUES ('ann'), ('ben');
      INSERT INTO memo (uid, creator_id) VALUES ('m-1', 1), ('m-2', 2)"`,
  ],
  'docs/guide.md': [],
  'docs/merge-driver.md': [],
  'docs/your-own-database.md': [],
};

/** Git stops in a merge of a data file, since Ann has no driver. */
const STOPPED_MERGE = [
  'sc-sync init --undo',
  'ben "sc-sync put 6b1d priority=4 && sc-sync push"',
  'sc-sync put 6b1d status=closed && sc-sync sync && git commit --quiet --all --message Closed',
  '! git pull --quiet --no-rebase',
];

const BEN_RELEASES = `ben "sc-sync put release value='npm run release' && sc-sync push"`;

/** What happened before the commands of a page, in the clones of the team. */
const WITH_TEAM: Readonly<Record<string, readonly string[]>> = {
  'docs/cli/check.md': [
    'git switch --quiet --create topic --track origin/main',
    'sc-sync put 6b1d priority=3 && sc-sync sync',
  ],
  'docs/cli/conflicts.md': [BEN_RELEASES, "sc-sync put release value='npm run all'", 'sc-sync pull'],
  'docs/cli/diff.md': [
    BEN_RELEASES,
    'git pull --quiet',
    'git switch --quiet --create topic',
    'sc-sync put 6b1d priority=3 labels=bug,ui,urgent',
  ],
  'docs/cli/export.md': [BEN_RELEASES, 'sc-sync put release value=npm'],
  'docs/cli/hook.md': ['sc-sync init --hooks'],
  'docs/cli/import.md': [BEN_RELEASES, 'sc-sync put release value=npm', 'git pull --quiet'],
  'docs/cli/init.md': ['cd .. && rm -rf atlas .savecontext && git init --quiet atlas && cd atlas'],
  'docs/cli/private.md': [
    `echo '{"private":[{"type":"memory","where":{"category":"secret"}}]}' >.savecontext/sync.json`,
    'sc-sync put memory key=safe value=4711 category=secret && sc-sync sync',
    `echo '{}' >.savecontext/sync.json`,
  ],
  'docs/cli/pull.md': [
    BEN_RELEASES,
    'ben "sc-sync put 7c2e status=closed && sc-sync push"',
    "sc-sync put deploy-key value='in the new safe'",
  ],
  'docs/cli/push.md': ['sc-sync put 6b1d priority=3', "sc-sync put memory key=ci value='npm test'"],
  'docs/cli/resolve.md': STOPPED_MERGE,
  'docs/cli/restore.md': ['sc-sync backup ../memory.db'],
  'docs/cli/status.md': ["sc-sync put release value='npm run ship'"],
  'docs/cli/sync.md': ["sc-sync put release value='npm run ship'"],
};

const pages = readdirSync(join(root, 'docs'), { recursive: true, encoding: 'utf8' })
  .map((name) => `docs/${name}`)
  .filter((page) => page.endsWith('.md') && stepsOf(readPage(page)).length > 0)
  .sort();

/** The same for the examples in the help of a verb. */
const WITH_HELP: Readonly<Record<string, readonly string[]>> = {
  adopt: [
    'sqlite3 notes.db "CREATE TABLE memos (id INTEGER PRIMARY KEY, creator_id INTEGER); CREATE TABLE users (id INTEGER PRIMARY KEY)"',
  ],
  conflicts: [
    'ben "sc-sync put 6b1d title=b description=b details=b priority=4 issue_type=bug && sc-sync push"',
    'sc-sync put 6b1d title=a description=a details=a priority=3 issue_type=epic && sc-sync pull',
  ],
  init: ['mkdir ../old && sc-sync -C ../old init --project /old/atlas --create'],
  log: [
    `sc-sync init --driver-only --key id '.beads/*.jsonl'`,
    `mkdir .beads && echo '{"id":"bd-1"}' >.beads/issues.jsonl`,
    'git add . && git commit --quiet --message beads',
  ],
  'merge-driver': [`echo '{"id":1}' | tee base.jsonl ours.jsonl theirs.jsonl`],
  put: [
    'echo later >plan.md',
    `echo '{"type":"issue","title":"Slow"}' >records.jsonl`,
    'SC_DB="$PWD/other.db" sc-sync init',
  ],
  resolve: STOPPED_MERGE,
  restore: ['sc-sync backup memory-2026-01-31.db'],
};

const help: (readonly [verb: string, commands: readonly string[]])[] = await Promise.all(
  VERBS.map(async ({ name, load }) => [name, (await load()).verb.examples.map(([command]) => command)]),
);

// Each command starts a process, and some wait for the disk: a busy machine takes minutes.
describe('the commands of', { timeout: 300_000 }, () => {
  const world = new World();
  beforeAll(() => world.makeTeam(), 300_000);
  afterAll(() => {
    world.remove();
  });

  it.each(pages)('%s print what the page says', async (page) => {
    const text = readPage(page);
    const alone = ALONE[page];
    const played = alone ? await world.playAlone(text, alone) : await world.playWithTeam(text, WITH_TEAM[page] ?? []);
    if (WRITE) writeFileSync(join(root, page), played);
    else expect(played).toBe(text);
  });

  it.each([...help, ['--help', ['sc-sync init && sc-sync sync']] as const])(
    'the help of %s succeed',
    async (verb, commands) => {
      const text = `\`\`\`sh\n${commands.join('\n')}\n\`\`\`\n`;
      expect(await world.playWithTeam(text, WITH_HELP[verb] ?? [])).toBe(text);
    },
  );
});
