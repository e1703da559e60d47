import { createServer } from 'node:net';
import type { AddressInfo, Server, Socket } from 'node:net';

import { runBuilt } from '../cli/built-command.js';

/**
 * `sc-sync` as a function of the shell. It hands folder, arguments, input and environment to the process that runs
 * commands for all tests: to start one for each line of a page takes most of the time. A server of agents has its own, and an old shell has no such function.
 */
const FUNCTION = `((BASH_VERSINFO[0] < 5)) || sc-sync() {
  if [[ " $* " == *" mcp "* ]]; then command sc-sync "$@"; return; fi
  local input name answer link
  IFS= read -r -d '' input
  exec {link}<>"/dev/tcp/127.0.0.1/$SC_SYNC_TEST_PORT"
  {
    printf '%s\\0' "$PWD" "$input" "$#" "$@"
    for name in $(compgen -e); do printf '%s=%s\\0' "$name" "\${!name}"; done
    printf '\\0'
  } >&$link
  mapfile -d '' -u $link answer
  exec {link}>&-
  printf '%s' "\${answer[1]}"
  printf '%s' "\${answer[2]}" >&2
  return "\${answer[0]}"
}`;

/** Answers the calls of {@link FUNCTION}. */
export class CommandLine {
  readonly #server: Server = createServer(answer);

  /** Gives what a shell has to run before the first command. */
  async open(): Promise<string> {
    await new Promise<void>((resolve) => this.#server.listen(0, '127.0.0.1', resolve));
    const { port } = this.#server.address() as AddressInfo;
    return `SC_SYNC_TEST_PORT=${port}\n${FUNCTION}`;
  }

  close(): void {
    this.#server.close();
  }
}

function answer(socket: Socket): void {
  let read = '';
  socket.setEncoding('utf8').on('data', (text: string) => {
    read += text;
    // The list of the environment ends with an empty text; an argument may be empty, too.
    const [cwd = '', input = '', count = '', ...rest] = read.split('\0');
    const args = rest.slice(0, Number(count));
    const variables = rest.slice(args.length);
    if (!read.endsWith('\0\0') || variables.length < 2) return;
    const env = Object.fromEntries(
      variables.slice(0, -2).map((text) => [text.slice(0, text.indexOf('=')), text.slice(text.indexOf('=') + 1)]),
    );
    const { status, stdout, stderr } = runBuilt(args, { cwd, env, input });
    socket.end(`${status ?? 1}\0${stdout}\0${stderr}\0`);
  });
}
