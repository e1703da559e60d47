import { reportOfAny } from './failed-by.js';
import type { Tool, ToolInput } from './mcp-tools.js';
import { outcomeJson } from './outcome-json.js';
import { Session } from './session.js';
import type { SessionOptions } from './session.js';
import { isOn } from './verb.js';

/** What a call of a tool gave. */
export interface ToolOutcome {
  /** The same that the verb prints with `--json`. */
  readonly json: string;
  readonly isError: boolean;
}

/** Runs the verb of a tool as the command line does, in a session of its own. Throws nothing. */
export async function callTool(tool: Tool, input: ToolInput, where: SessionOptions): Promise<ToolOutcome> {
  let session: Session | undefined;
  try {
    const { verb } = await tool.load();
    const call = tool.call(input);
    const { args, options = {} } = call;
    const looks = isOn(options, 'dryRun') || verb.looks?.(args, options) === true;
    session = new Session({ ...where, looks, json: true });
    const given = Buffer.from(JSON.stringify(call.input ?? null));
    const outcome = await verb.run({ session, args, options, input: () => Promise.resolve(given) });
    return { json: outcomeJson(outcome, session.notes), isError: outcome.error !== undefined };
  } catch (error) {
    return { json: outcomeJson({ json: {}, error: reportOfAny(error) }), isError: true };
  } finally {
    session?.close();
  }
}
