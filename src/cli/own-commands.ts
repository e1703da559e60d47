import { Argument, CommanderError } from 'commander';
import type { Command } from 'commander';

import { sentence } from './sentence.js';
import { SHELLS } from './shells.js';
import type { Shell } from './shells.js';

/** The codes of what is printed in place of an outcome, with the name that it has in JSON. The others are of help. */
const PAGES: Readonly<Record<string, string>> = {
  'commander.version': 'version',
  'sc-sync.completions': 'completions',
};

/** The name that a printed page has in JSON. */
export function pageOf(code: string): string {
  return PAGES[code] ?? 'help';
}

/** Commands that are about the program itself: they need no database and no folder. */
export class OwnCommands {
  readonly #program: Command;
  readonly #complete: ReadonlyMap<Command, () => Promise<void>>;
  readonly #onPage: (text: string) => void;

  /** @param complete gives a command what only the file of its verb has. */
  constructor(program: Command, complete: ReadonlyMap<Command, () => Promise<void>>, onPage: (text: string) => void) {
    this.#program = program;
    this.#complete = complete;
    this.#onPage = onPage;
  }

  /** Adds them to the program, in a part of its help. */
  add(heading: string): void {
    this.#program.helpCommand(false);
    this.#add(heading, 'completions', 'print what makes a shell complete the words of sc-sync')
      .addArgument(new Argument('<shell>', 'which one').choices(SHELLS))
      .action((shell: Shell) => this.#completions(shell));
    this.#add(heading, 'help', 'print the help of a verb')
      .argument('[verb]', 'which one')
      .action((name?: string) => this.#help(name));
    this.#add(heading, 'version', 'print the version').action(() =>
      this.#print('commander.version', this.#program.version() ?? ''),
    );
  }

  #add(heading: string, name: string, says: string): Command {
    const command = this.#program.command(name).helpGroup(heading).summary(says);
    return command.description(sentence(says)).helpOption('-h, --help', 'print this help');
  }

  /** Commander's own prints the whole help where there is no such verb. */
  async #help(name?: string): Promise<void> {
    const isNamed = (verb: Command): boolean => [verb.name(), ...verb.aliases()].some((each) => each === name);
    const named = name === undefined ? this.#program : this.#program.commands.find(isNamed);
    if (named === undefined) {
      this.#program.error(`error: unknown command '${name ?? ''}'`, { code: 'commander.unknownCommand' });
    }
    await this.#complete.get(named)?.();
    named.help();
  }

  async #completions(shell: Shell): Promise<void> {
    for (const complete of this.#complete.values()) await complete();
    const [{ commandWords }, { completionScript }] = await Promise.all([
      import('./command-words.js'),
      import('./completions.js'),
    ]);
    this.#print('sc-sync.completions', completionScript(shell, commandWords(this.#program)));
  }

  #print(code: string, text: string): never {
    this.#onPage(text);
    throw new CommanderError(0, code, text);
  }
}
