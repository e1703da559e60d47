// Writes the man pages into man/, from what the help of the built command is made of.
//
//   node scripts/man.mjs [--check]
import { existsSync, mkdirSync, readFileSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';

import { EXIT_STATUSES } from '../dist/cli/exit-codes.js';
import { makeProgram } from '../dist/cli/program.js';
import { sentence } from '../dist/cli/sentence.js';
import { VERBS } from '../dist/cli/verbs.js';

const FOLDER = fileURLToPath(new URL('../man/', import.meta.url));

const ENVIRONMENT = {
  SC_DB: 'The database, where --db names none.',
  SAVECONTEXT_DB: 'The database, where nothing else names one.',
  SC_ACTOR: 'Who deletes and pushes. Else the user of git, then the login.',
  SC_SYNC_HOOK: 'With off, the hooks of git do nothing.',
  NO_COLOR: 'No colours.',
};

/** @typedef {import('commander').Command} Command */
/** @typedef {import('../dist/cli/verb.js').Verb} Verb */

/** @param {string} text */
const escaped = (text) =>
  text
    .replaceAll('\\', '\\e')
    .replaceAll('-', '\\-')
    .replaceAll(/^[.']/gm, '\\&$&')
    .replaceAll(/[^\0-\x7f]/gu, codeOf);

/** A character as roff reads it whatever the locale is. @param {string} char */
const codeOf = (char) => `\\[u${(char.codePointAt(0) ?? 0).toString(16).toUpperCase().padStart(4, '0')}]`;

/** @param {string} name @param {string[]} lines */
const section = (name, lines) => (lines.length === 0 ? [] : [`.SH ${name}`, ...lines]);

/** @param {string} term @param {string} says */
const item = (term, says) => ['.TP', `.B ${escaped(term)}`, escaped(says)];

/** @param {Command} command */
function listsOf(command) {
  const help = command.createHelp();
  return [
    ...section(
      'ARGUMENTS',
      help.visibleArguments(command).flatMap((each) => item(help.argumentTerm(each), help.argumentDescription(each))),
    ),
    ...section(
      'OPTIONS',
      help.visibleOptions(command).flatMap((each) => item(help.optionTerm(each), help.optionDescription(each))),
    ),
  ];
}

/** @param {Command} command @param {Verb} [verb] */
function pageOf(command, verb) {
  const name = `sc-sync-${command.name()}`;
  const paragraphs = command
    .description()
    .split('\n')
    .filter((line) => line !== '');
  return [
    `.TH ${escaped(name.toUpperCase())} 1 "" savecontext\\-sync`,
    ...section('NAME', [`${escaped(name)} \\- ${escaped(command.summary())}`]),
    ...section('SYNOPSIS', [`.B sc\\-sync ${escaped(command.name())}`, escaped(command.usage())]),
    ...section(
      'DESCRIPTION',
      paragraphs.flatMap((line, index) => (index === 0 ? [escaped(line)] : ['.PP', escaped(line)])),
    ),
    ...listsOf(command),
    ...section(
      'EXAMPLES',
      (verb?.examples ?? []).flatMap(([text, says]) => ['.TP', escaped(sentence(says)), `.B ${escaped(text)}`]),
    ),
    ...section('SEE ALSO', ['.BR sc\\-sync (1)']),
  ];
}

/** @param {Command} program */
function mainPage(program) {
  const help = program.createHelp();
  const verbs = program.commands.flatMap((command) => item(help.subcommandTerm(command), sentence(command.summary())));
  return [
    '.TH SC\\-SYNC 1 "" savecontext\\-sync',
    ...section('NAME', ['sc\\-sync \\- keeps SQLite rows and JSONL files in git in step']),
    ...section('SYNOPSIS', ['.B sc\\-sync', escaped(program.usage())]),
    ...section('DESCRIPTION', [escaped(program.description())]),
    ...section('VERBS', ['Each has a page of its own, for example', '.BR sc\\-sync\\-put (1).', ...verbs]),
    ...listsOf(program),
    ...section(
      'EXIT STATUS',
      EXIT_STATUSES.flatMap(([status, says]) => item(String(status), sentence(says))),
    ),
    ...section(
      'ENVIRONMENT',
      Object.entries(ENVIRONMENT).flatMap(([name, says]) => item(name, says)),
    ),
  ];
}

/** The pages by their names. */
async function pages() {
  const loaded = new Map(
    await Promise.all(VERBS.map(async ({ name, load }) => /** @type {const} */ ([name, (await load()).verb]))),
  );
  const ignore = () => undefined;
  const program = makeProgram('', { width: undefined, onHelp: ignore, onMisuse: ignore }, async () => undefined);
  // Completes every verb.
  await program.parseAsync(['completions', 'bash'], { from: 'user' }).catch(ignore);
  const made = program.commands.map(
    (command) => /** @type {const} */ ([command.name(), pageOf(command, loaded.get(command.name()))]),
  );
  return Object.fromEntries(
    [/** @type {const} */ (['', mainPage(program)]), ...made].map(([name, lines]) => [
      `sc-sync${name === '' ? '' : `-${name}`}.1`,
      `${lines.join('\n')}\n`,
    ]),
  );
}

const made = await pages();
const old = existsSync(FOLDER) ? readdirSync(FOLDER) : [];
if (process.argv.includes('--check')) {
  const isCurrent =
    old.length === Object.keys(made).length &&
    Object.entries(made).every(
      ([name, text]) => old.includes(name) && readFileSync(join(FOLDER, name), 'utf8') === text,
    );
  if (!isCurrent) console.error('man/ is not what the help says: npm run man');
  process.exitCode = isCurrent ? 0 : 1;
} else {
  rmSync(FOLDER, { recursive: true, force: true });
  mkdirSync(FOLDER);
  for (const [name, text] of Object.entries(made)) writeFileSync(join(FOLDER, name), text);
}
