import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';

import { Sandbox } from './helpers.js';

/** Made here, so that no scanner takes this file for a leak. */
const TOKEN = `ghp_${'a1B2'.repeat(9)}`;
const AWS = `wJalrXUtnFEMI/K7MDENG/${'bPxRfiCYzz'.repeat(2)}`.slice(0, 40);

function withSecrets(): Sandbox {
  const sandbox = new Sandbox();
  sandbox.ok(['init']);
  sandbox.ok(['put', 'memory', 'mem_1', 'key=server', `value=use ${TOKEN} // secretlint-disable`]);
  sandbox.ok(['put', 'memory', 'mem_2', 'key=aws_secret_access_key', `value=${AWS}`]);
  sandbox.ok(['put', 'memory', 'mem_3', 'key=plain', 'value=harmless']);
  return sandbox;
}

describe('values that look like secrets', () => {
  it('stop export and sync with 6, named by record and field, and never printed', () => {
    const sandbox = withSecrets();
    for (const verb of ['export', 'sync']) {
      const { status, stdout, stderr } = sandbox.run([verb]);
      expect(status).toBe(6);
      expect(stderr).toMatch(/^sc-sync: Nothing was exported: 2 values look like a secret$/m);
      expect(stderr).toMatch(/^ {2}memory mem_1: value: GITHUB_TOKEN/m);
      expect(stderr).toMatch(/^ {2}memory mem_2: value: AWSSecretAccessKey/m);
      expect(stdout + stderr).not.toContain(TOKEN);
      expect(stdout + stderr).not.toContain(AWS);
    }
    const { error } = sandbox.json(['export'], { status: 6 });
    expect(error).toMatchObject({ code: 'secret_found' });
    expect(JSON.stringify(error)).not.toContain(TOKEN);
  });

  it('go out when they are allowed for the record, and are not asked for again until they change', () => {
    const sandbox = withSecrets();
    expect(sandbox.error(['export', '--allow-secret', 'mem_1'], 6)['details']).toEqual([
      expect.stringContaining('mem_2: value') as unknown,
    ]);
    sandbox.ok(['sync', '--allow-secret', 'mem_1', 'mem_2']);
    expect(readFileSync(join(sandbox.dir, 'memories.jsonl'), 'utf8')).toContain(TOKEN);
    sandbox.ok(['put', 'memory', 'mem_1', 'category=decision']);
    sandbox.ok(['sync']);
    sandbox.ok(['put', 'memory', 'mem_1', `value=now ${TOKEN}`]);
    expect(sandbox.run(['sync']).status).toBe(6);
  });

  it('are found by what another field calls them, and not by a name that is one', () => {
    const sandbox = new Sandbox();
    sandbox.ok(['init']);
    sandbox.ok(['put', 'issue', 'issue_1', 'title=AWS secret access key (prod)', `description=${AWS}`]);
    sandbox.ok(['put', 'memory', TOKEN, 'key=k', 'value=v', '--create']);
    const error = sandbox.error(['export'], 6);
    expect(error['details']).toEqual([
      expect.stringMatching(/^issue issue_1: description: AWSSecretAccessKey/),
      expect.stringMatching(/^memory ghp_\.\.\.: id: GITHUB_TOKEN/),
    ]);
    expect(JSON.stringify(error)).not.toContain(TOKEN);
  });

  it('are none where they are well-known dummies, or a team says so in sync.json', () => {
    const sandbox = withSecrets();
    sandbox.ok(['put', 'memory', 'mem_4', 'key=db', 'value=postgres://postgres:postgres@localhost:5432/test']);
    sandbox.ok(['put', 'memory', 'mem_5', 'key=ci', `value=GITHUB_TOKEN=ghp_${'x'.repeat(36)}`]);
    const allow = (list: readonly unknown[]): void =>
      writeFileSync(join(sandbox.dir, 'sync.json'), JSON.stringify({ secrets: { allow: list } }));
    // The beginning of a token is no text that a rule finds.
    allow([TOKEN.slice(0, 20), { type: 'memory', id: 'mem_2' }]);
    expect(sandbox.error(['export'], 6)['details']).toEqual([expect.stringContaining('mem_1: value') as unknown]);
    allow([TOKEN, { type: 'memory', id: 'mem_2' }]);
    sandbox.ok(['sync']);
    expect(readFileSync(join(sandbox.dir, 'memories.jsonl'), 'utf8')).toContain(TOKEN);
  });

  it('may stay in the database, by the verb private', () => {
    const sandbox = withSecrets();
    expect(sandbox.ok(['private'])).toContain('no record is private');
    expect(sandbox.ok(['private', 'memory', 'mem_1'])).toBe('memory server stays in this database from now on\n');
    sandbox.ok(['private', 'memory', 'mem_2']);
    expect(sandbox.ok(['private'])).toBe('memory server\nmemory aws_secret_access_key\n');
    sandbox.ok(['sync']);
    const text = readFileSync(join(sandbox.dir, 'memories.jsonl'), 'utf8');
    expect(text).toContain('mem_3');
    expect(text).not.toContain('mem_1');
    expect(sandbox.json(['private', 'memory', 'mem_3'])).toMatchObject({
      private: true,
      exported: [{ type: 'memory', id: 'mem_3' }],
    });
    expect(sandbox.run(['sync']).stderr).toContain('export --unpublish');
    sandbox.ok(['export', '--unpublish']);
    expect(readFileSync(join(sandbox.dir, 'memories.jsonl'), 'utf8')).toBe('');
    sandbox.ok(['private', 'memory', 'mem_1', '--undo']);
    expect(sandbox.run(['sync']).status).toBe(6);
    expect(sandbox.json(['private', 'memory', 'mem_1', '--undo'])).not.toHaveProperty('heldBy');
    expect(sandbox.error(['private', 'memory'], 4)['message']).toContain('needs a record, and');
    expect(sandbox.error(['private', 'memory', 'none'], 4)['code']).toBe('not_found');
  });

  it('stay there when somebody takes a rule out of sync.json, until that is accepted', () => {
    const sandbox = withSecrets();
    const settings = join(sandbox.dir, 'sync.json');
    writeFileSync(settings, JSON.stringify({ private: [{ type: 'memory', where: {} }] }));
    sandbox.ok(['sync']);
    writeFileSync(settings, '{}');
    const waits = 'sync.json changed: private no longer has {"type":"memory","where":{}}';
    const { status, stdout } = sandbox.run(['sync']);
    expect(status).toBe(1);
    expect(stdout).toContain(
      `problem: ${waits}; so these stay in the database: memory mem_1, memory mem_2, memory mem_3`,
    );
    expect(sandbox.ok(['export'])).toContain(waits);
    expect(sandbox.ok(['private'])).toMatch(/memory \w+ stays until then$/m);
    expect(sandbox.json(['private'])).toMatchObject({ waiting: { records: { length: 3 } } });
    expect(sandbox.error(['private', 'memory', 'mem_3', '--accept'], 4)['code']).toBe('usage');
    for (const id of ['mem_1', 'mem_2']) sandbox.ok(['private', 'memory', id]);
    expect(sandbox.ok(['private', '--accept'])).toBe(
      'accepted: private no longer has {"type":"memory","where":{}}\nmemory plain goes out with the next export\n',
    );
    sandbox.ok(['sync']);
    expect(readFileSync(join(sandbox.dir, 'memories.jsonl'), 'utf8')).toMatch(/^.*mem_3.*\n$/);
    expect(sandbox.ok(['private', '--accept'])).toContain('nothing to accept');
  });

  it('say what still keeps them there', () => {
    const sandbox = withSecrets();
    sandbox.ok(['put', 'session', 's1', 'name=S', '--create']);
    sandbox.ok(['put', 'context_item', 'c1', 'session_id=s1', 'key=k', 'value=v', '--create']);
    sandbox.ok(['private', 'session', 's1']);
    expect(sandbox.ok(['private', 'context_item', 'c1', '--undo'])).toContain(
      'context_item k still stays in this database: session s1 "S" is private',
    );
    const rule = { type: 'session', where: { name: 'S' } };
    writeFileSync(join(sandbox.dir, 'sync.json'), JSON.stringify({ private: [rule] }));
    expect(sandbox.ok(['private', 'session', 's1', '--undo'])).toContain('a rule of sync.json fits session s1');
    expect(sandbox.json(['private', 'context_item', 'c1', '--undo'])).toMatchObject({
      private: true,
      heldBy: { type: 'session', id: 's1', by: 'rule' },
    });
  });
});
