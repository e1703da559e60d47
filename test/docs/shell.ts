import { spawn } from 'node:child_process';
import type { ChildProcessWithoutNullStreams } from 'node:child_process';

/** Ends what a command prints; then comes its exit status. */
const END = '\u0001';

/** A shell that stays: a command sees the folder and the variables that the ones before it left. */
export class Shell {
  readonly #bash: ChildProcessWithoutNullStreams;
  #read = '';
  #onRead: () => void = () => undefined;

  constructor(cwd: string, env: Readonly<Record<string, string>>) {
    this.#bash = spawn('bash', ['--norc'], { cwd, env });
    this.#bash.stdout.setEncoding('utf8').on('data', (text: string) => {
      this.#read += text;
      this.#onRead();
    });
    this.#bash.on('close', () => {
      this.#onRead();
    });
    this.#bash.stdin.write('exec 2>&1\n');
  }

  /** Runs a command, and gives all that it printed. */
  async run(command: string): Promise<{ readonly text: string; readonly status: number }> {
    // Its own standard input is empty: otherwise it would read the commands that come after it.
    this.#bash.stdin.write(`{ ${command}\n} </dev/null\nprintf '${END}%s${END}' $?\n`);
    for (;;) {
      const [, text = '', status] = new RegExp(`^([^]*)${END}(\\d+)${END}$`).exec(this.#read) ?? [];
      if (status !== undefined) {
        this.#read = '';
        return { text, status: Number(status) };
      }
      if (this.#bash.exitCode !== null) throw new Error(`the shell ended in: ${command}\n${this.#read}`);
      await new Promise<void>((resolve) => {
        this.#onRead = resolve;
      });
    }
  }

  close(): void {
    this.#bash.stdin.end();
  }
}
