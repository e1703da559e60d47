import { Client } from '@modelcontextprotocol/client';
import { StdioClientTransport } from '@modelcontextprotocol/client/stdio';
import { describe, expect, it, onTestFinished } from 'vitest';

import { MAIN } from '../cli/built-command.js';
import type { JsonObject } from '../cli/helpers.js';
import { expectValid } from '../cli/valid.js';
import { pair } from './clones.js';
import type { Clone } from './clones.js';

/** An agent that has nothing but the tools. */
class Agent {
  readonly client = new Client({ name: 'test', version: '1.0.0' });

  static async in(clone: Clone): Promise<Agent> {
    const agent = new Agent();
    const { root: cwd } = clone;
    await agent.client.connect(
      new StdioClientTransport({ command: process.execPath, args: [MAIN, 'mcp'], cwd, env: clone.env() }),
    );
    onTestFinished(() => agent.client.close());
    return agent;
  }

  /** Calls a tool, and gives its JSON. */
  async call(name: string, input: Record<string, unknown> = {}, isError = false): Promise<JsonObject> {
    const { content, isError: failed } = await this.client.callTool({ name, arguments: input });
    const [block] = content;
    const text = block?.type === 'text' ? block.text : '';
    expect(failed, text).toBe(isError);
    const object = JSON.parse(text) as JsonObject;
    expectValid([name.split('_')[0] ?? ''], object);
    return object;
  }
}

describe('mcp', () => {
  it('an agent does a whole round: put, sync, conflict, take, log, push', async () => {
    const { ann, bob } = pair();
    const agent = await Agent.in(ann);

    const made = await agent.call('put', {
      type: 'issue',
      fields: { title: '@/etc/passwd', priority: 1, labels: ['bug', 'ui'], details: null },
    });
    expect(made).toMatchObject({ action: 'created', record: { title: '@/etc/passwd', labels: ['bug', 'ui'] } });
    const { id, short_id: shortId } = made['record'] as { id: string; short_id: string };
    expect(await agent.call('status')).toMatchObject({ entities: { issue: { pendingExport: 1 } }, inSync: false });
    expect(await agent.call('diff', { record: shortId })).toMatchObject({ changes: [{ id, action: 'created' }] });
    expect(await agent.call('sync', { dryRun: true })).toMatchObject({ dryRun: true });
    expect(await agent.call('sync')).toMatchObject({ export: { entities: { issue: { written: 1 } } }, inSync: true });
    expect(await agent.call('push')).toMatchObject({ pushed: { commits: 1 }, inSync: true });

    // Somebody else changes what the agent changes.
    bob.ok('pull');
    await agent.call('put', { record: shortId, fields: { title: 'by the agent' } });
    bob.put('issue', id, 'title=by bob');
    bob.ok('push');
    expect(await agent.call('pull')).toMatchObject({ merged: ['merge'], inSync: true });
    const { conflicts } = (await agent.call('conflicts', { record: shortId })) as { conflicts: JsonObject[] };
    expect(conflicts).toMatchObject([{ id, field: 'title', kept: 'by bob', lost: 'by the agent' }]);
    expect(await agent.call('conflicts_take', { entries: [Number(conflicts[0]?.['n'])] })).toMatchObject({
      taken: [{ lost: 'by the agent' }],
    });
    expect(await agent.call('get', { type: 'issues', record: id })).toMatchObject({
      record: { title: 'by the agent' },
    });
    expect(await agent.call('push')).toMatchObject({ inSync: true });
    const { versions } = (await agent.call('log', { record: shortId })) as { versions: JsonObject[] };
    expect(versions.at(0)?.['fields']).toContainEqual({ field: 'title', from: 'by bob', to: 'by the agent' });
    expect(versions.at(-1)).toMatchObject({ action: 'created' });
    bob.ok('pull');
    expect(bob.field('issue', id, 'title')).toBe('by the agent');
  });

  it('calls that come at once are done one after the other, errors are JSON, and deleting more than one needs a yes', async () => {
    const { ann } = pair();
    const agent = await Agent.in(ann);
    const fields = (n: number): Record<string, unknown> => ({ type: 'memory', fields: { key: `n${n}`, value: 'v' } });
    await Promise.all([1, 2, 3, 4].map((n) => agent.call('put', fields(n))));
    expect((await agent.call('list', { type: 'memory', where: ['value=v'] }))['records']).toHaveLength(4);
    expect((await agent.call('list', { type: 'memory', limit: 2 }))['records']).toHaveLength(2);

    expect(await agent.call('get', { record: 'none' }, true)).toMatchObject({
      error: { code: 'not_found', retryable: false },
    });
    ann.put('session', 'sess_1', 'name=s');
    ann.put('context_item', 'item_1', 'session_id=sess_1', 'key=k', 'value=v');
    const refused = await agent.call('rm', { record: 'sess_1' }, true);
    expect(refused).toMatchObject({ error: { code: 'refused', details: ['context_item k'] } });
    expect((await agent.call('rm', { record: 'sess_1', yes: true }))['deleted']).toHaveLength(2);
    expect(await agent.call('conflicts_drop', { entries: [7] }, true)).toMatchObject({ error: { code: 'not_found' } });
    const file = await agent.client.callTool({
      name: 'list',
      arguments: { type: 'memory', where: ['value=@/etc/passwd'] },
    });
    expect(file).toMatchObject({ isError: true });
  });

  it('names its tools with what an agent may expect of them', async () => {
    const { ann } = pair();
    const { tools } = await (await Agent.in(ann)).client.listTools();
    const having = (hint: 'readOnlyHint' | 'destructiveHint' | 'openWorldHint'): string =>
      tools
        .filter(({ annotations }) => annotations?.[hint] === true)
        .map(({ name }) => name)
        .join(' ');
    expect(tools).toHaveLength(13);
    expect(having('readOnlyHint')).toBe('status list get diff log conflicts');
    expect(having('destructiveHint')).toBe('put rm conflicts_take conflicts_drop');
    expect(having('openWorldHint')).toBe('pull push');
    const repeatable = tools.filter(({ annotations }) => annotations?.idempotentHint !== true).map(({ name }) => name);
    expect(repeatable).toEqual(['put']);
  });
});
