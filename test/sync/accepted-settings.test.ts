import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';

import fc from 'fast-check';
import { describe, expect, it } from 'vitest';

import { listWaitingSettings } from '../../src/sync/accepted-settings.js';
import { setPrivate } from '../../src/sync/private.js';
import { sync } from '../../src/sync/sync.js';
import { Replica, filesOf, thrownBy } from './helpers.js';

const SECRET = { type: 'session', where: { channel: 'secret' } };

/** A session with a channel, and an item of it. */
function addSession(replica: Replica, id: string, channel: string): void {
  replica.run(`INSERT INTO sessions (id, project_path, name, channel, created_at, updated_at)
               VALUES ('${id}', :project, 'name of ${id}', '${channel}', 1, 1);
               INSERT INTO context_items (id, session_id, key, value, created_at, updated_at)
               VALUES ('${id}c', '${id}', 'k', 'item of ${id}', 1, 1)`);
}

function rules(...list: readonly object[]): string {
  return JSON.stringify({ private: list });
}

/** A replica of which the session s1 is private by a rule that was accepted. */
function withRule(): Replica {
  const replica = new Replica();
  replica.write('sync.json', rules(SECRET));
  addSession(replica, 's1', 'secret');
  addSession(replica, 's2', 'open');
  replica.export();
  return replica;
}

const written = (replica: Replica): string => Object.values(replica.files()).join('');

describe('a change of sync.json', () => {
  it.each([
    ['the file is gone', undefined],
    ['it has no rules', '{}'],
    ['a rule keeps less', rules({ type: 'session', where: { channel: 'secret', name: 'x' } })],
    ['another rule stands there', rules({ type: 'memory', where: {} })],
  ])('lets nothing out that was private until it is accepted: %s', (_, text) => {
    const replica = withRule();
    replica.write('sync.json', text ?? '');
    if (text === undefined) replica.removeFile('sync.json');
    addSession(replica, 's3', 'secret');
    for (const full of [false, true]) {
      replica.export({ full });
      expect(written(replica)).not.toMatch(/of s[13]/);
    }
    const records = ['s1', 's3'].map((id) => ({ type: 'session', id }));
    const items = ['s1c', 's3c'].map((id) => ({ type: 'context_item', id }));
    expect(listWaitingSettings(replica.store, { projectPath: replica.project, dir: replica.dir }).records).toEqual(
      expect.arrayContaining([...records, ...items]),
    );
    const { inSync, problems } = replica.status();
    expect(inSync).toBe(false);
    expect(problems).toEqual([
      'sync.json changed: private no longer has {"type":"session","where":{"channel":"secret"}}; so these stay in the database: ' +
        'session s1, session s3, context_item s1c, context_item s3c (sc-sync private --accept accepts it)',
    ]);
    expect(replica.accept().records).toHaveLength(4);
    replica.export();
    expect(written(replica)).toMatch(/of s1.*of s3/s);
    expect(replica.status().inSync).toBe(true);
    expect(replica.accept()).toEqual({ changes: [], records: [] });
  });

  it('counts at once where it keeps more, and from then on stays: also when the export was refused', () => {
    const replica = new Replica();
    addSession(replica, 's1', 'secret');
    replica.export();
    replica.write('sync.json', rules(SECRET));
    expect(replica.exporter().export().refused).toContainEqual({ type: 'session', id: 's1', why: 'private' });
    replica.write('sync.json', '{}');
    replica.run(`UPDATE sessions SET name = 'new name', updated_at = 2`);
    expect(replica.exporter().export().refused).toContainEqual({ type: 'session', id: 's1', why: 'private' });
    replica.write('sync.json', rules({ type: 'session', where: {} }));
    expect(listWaitingSettings(replica.store, { projectPath: replica.project, dir: replica.dir }).changes).toEqual([]);
  });

  it('is held against what an import of a new folder found there', () => {
    const [replica, other] = [new Replica(), new Replica()];
    addSession(other, 's2', 'open');
    other.export();
    replica.pull(other);
    replica.write('sync.json', rules(SECRET));
    replica.import();
    addSession(replica, 's1', 'secret');
    replica.write('sync.json', '{}');
    replica.export();
    expect(written(replica)).not.toContain('of s1');
  });

  it('says nothing before a first use, when nothing was accepted', () => {
    const replica = new Replica();
    addSession(replica, 's1', 'secret');
    replica.write('sync.json', rules(SECRET));
    replica.exporter().export({ dryRun: true });
    replica.status();
    replica.write('sync.json', '{}');
    replica.export();
    expect(written(replica)).toContain('of s1');
  });

  it('holds in another folder of the project too, as a branch in another work tree may lack the rule', () => {
    const replica = withRule();
    const second = join(replica.folder, 'second');
    mkdirSync(second);
    const options = { projectPath: replica.project, dir: second };
    const { status } = sync(replica.store, options);
    expect(JSON.stringify(filesOf(second))).not.toContain('of s1');
    expect(status?.problems).toEqual([expect.stringContaining('session s1')]);
    writeFileSync(join(second, 'sync.json'), rules(SECRET));
    expect(sync(replica.store, options).inSync).toBe(true);
  });

  it('does not publish again what was unpublished', () => {
    const replica = new Replica();
    addSession(replica, 's1', 'secret');
    replica.export();
    replica.write('sync.json', rules(SECRET));
    replica.export({ unpublish: true });
    replica.write('sync.json', '{}');
    replica.export({ full: true });
    expect(replica.deletions()).toEqual(['context_item/s1c', 'session/s1']);
    expect(written(replica)).not.toContain('of s1');
  });

  it('leaves marks to themselves when it is accepted', () => {
    const replica = withRule();
    setPrivate(replica.store, replica.project, { type: 'context_item', id: 's1c' }, true);
    replica.write('sync.json', '{}');
    expect(replica.accept().records).toEqual([{ type: 'session', id: 's1' }]);
    replica.export();
    expect(written(replica)).toContain('name of s1');
    expect(written(replica)).not.toContain('item of s1');
  });

  it('to absolute paths stops exports until it is accepted, and names no folder of this machine', () => {
    const replica = withRule();
    const before = replica.files();
    replica.write('sync.json', JSON.stringify({ paths: 'absolute', private: [SECRET] }));
    replica.run(`UPDATE sessions SET name = 'new', updated_at = 2`);
    replica.import();
    for (const dryRun of [false, true]) {
      const error = thrownBy(() => replica.exporter().export({ dryRun }));
      expect(error).toMatchObject({ code: 'refused', hint: expect.stringContaining('private --accept') as string });
      expect(replica.files()).toEqual(before);
    }
    expect(replica.status()).toMatchObject({ inSync: false, problems: [expect.stringContaining('"absolute"')] });
    replica.accept();
    replica.export();
    expect(written(replica)).toContain(replica.folder);
  });

  it('never lets out what any settings since the last accepted ones kept, whatever they are', () => {
    const channels = ['a', 'b', 'c'];
    const where = fc.oneof(
      fc.constant({}),
      fc.record({ channel: fc.constantFrom(...channels) }),
      fc.record({ channel: fc.constantFrom(...channels), name: fc.constantFrom('name of a0', 'name of b1') }),
    );
    const list = fc.array(where, { maxLength: 3 });
    const replica = new Replica();
    for (const [n, channel] of ['a', 'a', 'b', 'b', 'c'].entries()) addSession(replica, `${channel}${n}`, channel);
    const ids = replica.rows(`SELECT id, channel FROM sessions`).map(([id, channel]) => [String(id), String(channel)]);
    type Where = Readonly<Record<string, string>>;
    const isKept = (all: readonly Where[], [id = '', channel = '']: readonly string[]): boolean =>
      all.some(
        (each) => (each['channel'] ?? channel) === channel && (each['name'] ?? `name of ${id}`) === `name of ${id}`,
      );
    fc.assert(
      fc.property(fc.array(list, { minLength: 1, maxLength: 4 }), (steps) => {
        replica.write('sync.json', '{}');
        replica.accept();
        for (const [n, step] of steps.entries()) {
          replica.write('sync.json', rules(...step.map((each) => ({ type: 'session', where: each }))));
          replica.export({ unpublish: true });
          const lines = replica.lines('sessions.jsonl').join('');
          const held = steps.slice(0, n + 1).flat();
          for (const session of ids) expect(lines.includes(`name of ${session[0] ?? ''}`)).toBe(!isKept(held, session));
        }
      }),
      { numRuns: 15 },
    );
  });
});
