import { McpServer, fromJsonSchema } from '@modelcontextprotocol/server';
import type { CallToolResult } from '@modelcontextprotocol/server';
import { serveStdio } from '@modelcontextprotocol/server/stdio';

import { callTool } from '../call-tool.js';
import { EXIT } from '../exit-codes.js';
import { TOOLS } from '../mcp-tools.js';
import type { Tool, ToolInput } from '../mcp-tools.js';
import type { Outcome } from '../outcome.js';
import type { SessionOptions } from '../session.js';
import type { Invocation, Options, Verb } from '../verb.js';
import { readVersion } from '../version.js';

export const verb: Verb = {
  about: [
    'An agent starts it and speaks with it over standard input and output, until it closes them. Each tool gives what its verb prints',
    'with --json.',
  ].join('\n'),
  examples: [
    ['sc-sync mcp', 'as an agent starts it, in the folder of a project'],
    ['sc-sync -C ~/atlas mcp', 'for the project of a folder'],
  ],
  run,
};

const INSTRUCTIONS =
  'Issues, plans, memories and other records of a project, in a database and in git. Pull before work and push after it; without a ' +
  'remote, sync. A result is one JSON object, in which members that are zero, null or empty are left out.';

/** Serves the tools until the agent closes standard input. */
async function run({ options }: Invocation): Promise<Outcome> {
  const where = placeOf(options);
  const closed = new Promise<void>((resolve) => {
    process.stdin.once('end', resolve).once('close', resolve);
  });
  let last: Promise<unknown> = Promise.resolve();
  serveStdio(() => {
    const server = new McpServer({ name: 'sc-sync', version: readVersion() }, { instructions: INSTRUCTIONS });
    for (const tool of TOOLS) {
      register(server, tool, async (input) => {
        // One after the other, as they came: they work on one database and one clone.
        const called = last.then(() => callTool(tool, input, where));
        last = called;
        const { json, isError } = await called;
        return { content: [{ type: 'text', text: json }], isError };
      });
    }
    return server;
  });
  await closed;
  await last;
  return { status: EXIT.done, json: {}, text: [] };
}

function register(server: McpServer, tool: Tool, call: (input: ToolInput) => Promise<CallToolResult>): void {
  const { name, description, properties, required = [], hints } = tool;
  const inputSchema = fromJsonSchema<ToolInput>({
    type: 'object',
    properties,
    required: [...required],
    additionalProperties: false,
  });
  server.registerTool(name, { description, inputSchema, annotations: hints }, call);
}

/** Where the tools work: the options of the call that hold for every verb. */
function placeOf({ directory, db, project }: Options): SessionOptions {
  return {
    ...(typeof directory === 'string' && { directory }),
    ...(typeof db === 'string' && { db }),
    ...(typeof project === 'string' && { project }),
  };
}
