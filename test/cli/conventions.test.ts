import { execFileSync, spawnSync } from 'node:child_process';
import { readFileSync, readdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { describe, expect, it } from 'vitest';

import { EXIT_STATUSES } from '../../src/cli/exit-codes.js';
import { VERBS } from '../../src/cli/verbs.js';
import { ERROR_EXIT_STATUS } from '../../src/errors.js';
import { Sandbox } from './helpers.js';

const ROOT = fileURLToPath(new URL('../..', import.meta.url));

describe('options have short forms', () => {
  it('-h, -V and version print what the long ones do', () => {
    const sandbox = new Sandbox();
    expect(sandbox.ok(['-h'])).toBe(sandbox.ok(['--help']));
    expect(sandbox.ok(['sync', '-h'])).toBe(sandbox.ok(['help', 'sync']));
    expect(sandbox.ok(['-V'])).toBe(sandbox.ok(['--version']));
    expect(sandbox.ok(['version'])).toBe(sandbox.ok(['--version']));
    expect(sandbox.json(['version'])).toEqual(sandbox.json(['-V']));
  });

  it('-q is quiet and -v says more, also written together', () => {
    const sandbox = Sandbox.withFixture('empty/before.db');
    sandbox.ok(['init']);
    expect(sandbox.ok(['sync', '-q'])).toBe('');
    expect(sandbox.ok(['sync', '-v'])).toBe(sandbox.ok(['sync', '--verbose']));
    expect(sandbox.ok(['-qv', 'sync'])).toBe(sandbox.ok(['sync', '--quiet', '--verbose']));
  });
});

describe('help', () => {
  it('has verbs in four parts, global options and exit statuses once, and says where to read on', () => {
    const sandbox = new Sandbox();
    const help = sandbox.ok(['--help']);
    expect([...help.matchAll(/^([A-Z].*):$/gm)].map(([, heading]) => heading)).toEqual(
      expect.arrayContaining(['Every day', 'Records', 'Git', 'Plumbing', 'Exit status']),
    );
    for (const [status, says] of EXIT_STATUSES) expect(help).toMatch(new RegExp(`^ +${status} +${says}$`, 'm'));
    const statuses = EXIT_STATUSES.map(([status]) => status);
    for (const status of Object.values(ERROR_EXIT_STATUS)) expect(statuses).toContain(status);
    expect(help).toContain('and docs/ in this package');
    const ofSync = sandbox.ok(['sync', '--help']);
    expect(ofSync).not.toContain('--no-color');
    expect(ofSync).toContain('sc-sync --help');
    expect(ofSync).toContain('docs/cli/sync.md');
  });

  it.each([...VERBS.map(({ name }) => name), undefined])(
    'of %s fits a narrow terminal, but for commands to copy',
    (verb) => {
      const words = verb === undefined ? [] : [verb];
      const help = new Sandbox().ok([...words, '--help'], { env: { COLUMNS: '60' } });
      const text = help.split('\n').filter((line) => !line.startsWith('  $ ') && !line.startsWith('Usage:'));
      expect(text.filter((line) => line.length > 60)).toEqual([]);
    },
  );

  it('takes show for get and delete for rm', () => {
    const sandbox = Sandbox.withFixture('empty/before.db');
    sandbox.ok(['init']);
    sandbox.ok(['put', 'memory', 'mem_1', 'key=k', 'value=v', '--create']);
    expect(sandbox.json(['show', 'k'])).toEqual(sandbox.json(['get', 'k']));
    expect(sandbox.ok(['help', 'delete'])).toBe(sandbox.ok(['rm', '--help']));
    expect(sandbox.ok(['delete', 'k', '--yes'])).toContain('memory k');
  });
});

describe('completions', () => {
  /** What bash proposes at the end of a line. */
  function proposed(sandbox: Sandbox, line: string): string[] {
    const script = join(sandbox.root, 'completions.bash');
    writeFileSync(script, sandbox.ok(['completions', 'bash']));
    const words = line.split(' ').map((word) => `'${word}'`);
    const ask = `. "$1"; COMP_WORDS=(${words.join(' ')}); COMP_CWORD=${words.length - 1}; _sc_sync; printf '%s\\n' "\${COMPREPLY[@]}"`;
    const text = execFileSync('bash', ['-c', ask, 'bash', script], { cwd: sandbox.root, encoding: 'utf8' });
    return text.split('\n').filter((word) => word !== '');
  }

  it.each([
    ['sc-sync st', ['status']],
    ['sc-sync --db x.db -q de', ['delete']],
    ['sc-sync -C wo', ['work']],
    ['sc-sync show is', ['issue']],
    ['sc-sync conflicts t', ['take']],
    ['sc-sync import --strategy prefer-n', ['prefer-newer']],
    ['sc-sync import --sk', ['--skip-invalid']],
    ['sc-sync list issue --js', ['--json']],
    ['sc-sync completions ', ['bash', 'zsh', 'fish', '-h', '--help']],
    ['sc-sync help merge', ['merge-driver']],
  ])('of bash: %s', (line, words) => {
    expect(proposed(new Sandbox(), line)).toEqual(words);
  });

  it('know every verb and option, in every shell', async () => {
    const sandbox = new Sandbox();
    for (const shell of ['bash', 'zsh', 'fish']) {
      const script = sandbox.ok(['completions', shell]);
      for (const { name, aliases = [], load } of VERBS) {
        for (const word of [name, ...aliases]) expect(script, shell).toMatch(new RegExp(`\\b${word}\\b`));
        for (const { long } of (await load()).verb.options ?? []) {
          expect(script, shell).toContain(shell === 'fish' ? `-l ${long?.slice(2) ?? ''} ` : (long ?? ''));
        }
      }
      expect(script.split('\n')[0]).toContain(shell);
      const parsed = spawnSync(shell, ['-n'], { input: script, encoding: 'utf8' });
      // A shell that is not here cannot read it.
      if (parsed.error === undefined) expect(parsed).toMatchObject({ status: 0, stderr: '' });
    }
  });

  it('of another shell are an error that lists those that there are', () => {
    const error = new Sandbox().error(['completions', 'tcsh'], 4);
    expect(error['message']).toContain('bash, zsh, fish');
  });
});

describe('man pages', () => {
  it('say what the help says: otherwise npm run man makes them anew', () => {
    const { status, stderr } = spawnSync(process.execPath, [join(ROOT, 'scripts/man.mjs'), '--check'], {
      encoding: 'utf8',
    });
    expect({ status, stderr }).toEqual({ status: 0, stderr: '' });
  });

  it('are all in the package', () => {
    const { man, files } = JSON.parse(readFileSync(join(ROOT, 'package.json'), 'utf8')) as Record<string, string[]>;
    expect(man).toEqual(
      readdirSync(join(ROOT, 'man'))
        .map((name) => `./man/${name}`)
        .sort(),
    );
    expect(files).toContain('man');
  });
});
