import { cpSync, mkdirSync, mkdtempSync, realpathSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

import { MAIN } from '../cli/built-command.js';
import { root } from '../page-examples.js';
import { CommandLine } from './command-line.js';
import { Shell } from './shell.js';
import { ShortIds, stepsOf } from './transcript.js';

/** The team of the pages: Ann and Ben have a clone and a database each, and share a repository without a work tree. */
const TEAM = `
git init --quiet --bare --initial-branch=main "$ROOT/srv/atlas.git"
git clone --quiet "$ROOT/srv/atlas.git" "$ROOT/home/ann/atlas" 2>&1
cd "$ROOT/home/ann/atlas"
sc-sync init
sc-sync put issue issue_1 short_id=6b1d title='Payment broken' priority=2 labels=bug,ui
sc-sync put issue issue_2 short_id=7c2e title='Login fails' priority=1
sc-sync put plan plan_1 title='Autumn' content=later
sc-sync put memory mem_1 key=release value='npm publish'
sc-sync put memory mem_2 key=deploy-key value='in the safe'
sc-sync put session sess_1 name=Payments
sc-sync put context_item item_1 session_id=sess_1 key=decision value='Retry twice'
sc-sync push
ben "git clone --quiet $ROOT/srv/atlas.git $ROOT/home/ben/atlas && cd atlas && sc-sync init && sc-sync sync"
`;

/** Runs commands as Ben, in his clone once he has one. */
const BEN = `ben() { (export HOME="$ROOT/home/ben"; cd "$HOME"; [ -d atlas ] && cd atlas; eval "$1"); }`;

/** A machine on which nothing but this program, git and `sqlite3` was set up. Its root is left out of all that is printed. */
export class World {
  readonly root = realpathSync(mkdtempSync(join(tmpdir(), 'pages-')));
  readonly #team = `${this.root}-team`;
  readonly #commandLine = new CommandLine();
  /** What each shell begins with. */
  #first: readonly string[] = [];

  constructor() {
    mkdirSync(join(this.root, 'bin'));
    symlinkSync(MAIN, join(this.root, 'bin', 'sc-sync'));
    symlinkSync(join(root, 'test/docs/sqlite3.mjs'), join(this.root, 'bin', 'sqlite3'));
  }

  /** Makes the team once; `withTeam` takes it from there. */
  async makeTeam(): Promise<void> {
    this.#first = [await this.#commandLine.open(), BEN];
    this.#empty();
    await this.#run(join(this.root, 'home/ann'), [...this.#first, ...TEAM.trim().split('\n')]);
    cpSync(this.root, this.#team, { recursive: true, verbatimSymlinks: true });
  }

  /** Goes through a page, and gives it as it should be: with what each command printed now. */
  async playAlone(page: string, before: readonly string[]): Promise<string> {
    this.#empty();
    return this.#play(page, 'home/ann', before);
  }

  /** The same in Ann's clone, after some commands that the page does not show. */
  async playWithTeam(page: string, before: readonly string[]): Promise<string> {
    rmSync(this.root, { recursive: true });
    cpSync(this.#team, this.root, { recursive: true, verbatimSymlinks: true });
    return this.#play(page, 'home/ann/atlas', before);
  }

  remove(): void {
    this.#commandLine.close();
    for (const path of [this.root, this.#team]) rmSync(path, { recursive: true, force: true });
  }

  #empty(): void {
    for (const name of ['home', 'srv']) rmSync(join(this.root, name), { recursive: true, force: true });
    for (const [name, called] of [
      ['ann', 'Ann'],
      ['ben', 'Ben'],
    ] as const) {
      mkdirSync(join(this.root, 'home', name), { recursive: true });
      const user = `[user]\n\tname = ${called}\n\temail = ${name}@example.org\n[init]\n\tdefaultBranch = main\n`;
      writeFileSync(join(this.root, 'home', name, '.gitconfig'), user);
    }
    mkdirSync(join(this.root, 'srv'));
  }

  #shell(folder: string): Shell {
    const path = `${join(this.root, 'bin')}:${process.env['PATH'] ?? ''}`;
    const home = join(this.root, 'home/ann');
    const env = { ROOT: this.root, PATH: path, HOME: home, TMPDIR: tmpdir(), GIT_CONFIG_NOSYSTEM: '1', COLUMNS: '100' };
    return new Shell(folder, env);
  }

  /** Runs commands that must succeed. */
  async #run(folder: string, commands: readonly string[], shell = this.#shell(folder)): Promise<Shell> {
    for (const command of commands) {
      const { text, status } = await shell.run(command);
      if (status !== 0) throw new Error(`${command}: ${status}\n${text}`);
    }
    return shell;
  }

  async #play(page: string, folder: string, before: readonly string[]): Promise<string> {
    const shell = await this.#run(join(this.root, folder), [...this.#first, ...before]);
    const ids = new ShortIds();
    let played = '';
    let end = 0;
    for (const { command, output, at } of stepsOf(page)) {
      const { text, status } = await shell.run(ids.in(command));
      const actual = text.replaceAll(this.root, '').trimEnd();
      played += page.slice(end, at);
      end = at + (output ?? '').length;
      if (output === undefined) played += status === 0 ? '' : `(exit status ${status})\n${actual}\n`;
      else played += ids.match(output, actual) ? output : withEnd(ids.out(actual));
    }
    shell.close();
    return played + page.slice(end);
  }
}

function withEnd(text: string): string {
  return text === '' ? '' : `${text}\n`;
}
