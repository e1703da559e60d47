import { execFileSync } from 'node:child_process';
import { existsSync, mkdtempSync, readFileSync, readdirSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';

import { expect, it, onTestFinished } from 'vitest';

const root = fileURLToPath(new URL('..', import.meta.url));
const folder = join(root, 'examples');

/** What each example prints. */
const PRINTS: Readonly<Record<string, readonly string[]>> = {
  'agent-memory.mjs': [
    'desktop: [{"title":"build with npm","weight":null,"agent":"planner"}]',
    'desktop has the key: [{"api_key":null}]',
    ...['laptop', 'desktop'].map(
      (name) =>
        `${name}: [{"title":"build server is slow","weight":null,"agent":"planner"},{"title":"build with npm run build","weight":0.9,"agent":"planner"},{"title":"release build on Friday","weight":null,"agent":"planner"}]`,
    ),
  ],
  'merge-driver.sh': [
    'created .gitattributes',
    "set up the merge driver jsonl-id in this clone's configuration",
    'Auto-merging bugs.jsonl',
    '{"id":"b1","title":"A title","state":"closed","updated_at":"2026-01-03T00:00:01Z"}',
  ],
  'own-registry.mjs': [
    'the file: Leek soup, 25 minutes, ["quick","winter"]',
    '[{"title":"Leek soup"}]',
    '[{"title":"Leek soup"}]',
    'the journal: title is "Leek soup", and "Tomato soup" lost',
  ],
  'tracker.mjs': ['ann', 'ben'].flatMap((name) => [
    `${name}: Docs are old | open |  | Release`,
    `${name}: Login fails on Mondays | done | bug login urgent | Release`,
    `${name}: Release | open |  | `,
    `${name}: Slow start | open |  | Release`,
  ]),
  'two-machines.mjs': [
    'desktop: {"title":"A draft","priority":2}',
    'laptop: {"title":"A title","priority":4}',
    'desktop: {"title":"A title","priority":4}',
  ],
};

/** Runs an example with nothing of this machine's own settings, and gives what it printed. */
function run(name: string): string {
  if (!existsSync(join(root, 'dist/index.js'))) throw new Error('the package is not built: npm run build');
  const home = mkdtempSync(join(tmpdir(), 'examples-'));
  onTestFinished(() => {
    rmSync(home, { recursive: true, force: true });
  });
  const program = name.endsWith('.sh') ? 'sh' : process.execPath;
  const output = execFileSync(program, [join(folder, name)], {
    cwd: home,
    encoding: 'utf8',
    env: {
      PATH: process.env['PATH'] ?? '',
      HOME: home,
      TMPDIR: home,
      GIT_CONFIG_GLOBAL: '/dev/null',
      GIT_CONFIG_NOSYSTEM: '1',
    },
  });
  expect(readdirSync(home), 'it leaves nothing behind').toEqual([]);
  return output;
}

it('every example is tested', () => {
  expect(readdirSync(folder).sort()).toEqual(Object.keys(PRINTS));
});

it.each(Object.entries(PRINTS))('%s runs as it is, and says on top what it shows', (name, lines) => {
  const top = readFileSync(join(folder, name), 'utf8').replace(/^#!.*\n/, '');
  expect(top).toMatch(/^((\/\/|#) [A-Z].*\n){3}/);
  expect(top.split('\n')[2]).toContain(`examples/${name}`);
  expect(run(name)).toBe(`${lines.join('\n')}\n`);
});
