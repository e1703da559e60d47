import type { CommandWords, OptionWords, Place, VerbWords } from './command-words.js';
import type { Shell } from './shells.js';

/** What makes a shell complete the words of `sc-sync`, as a script in its language. */
export function completionScript(shell: Shell, words: CommandWords): string {
  const lines = SCRIPTS[shell](words);
  return `# Completions of sc-sync for ${shell}, made by: sc-sync completions ${shell}\n${lines.join('\n')}\n`;
}

const SCRIPTS: Readonly<Record<Shell, (words: CommandWords) => string[]>> = { bash, zsh, fish };

const isChoice = (place: Place): place is readonly string[] => typeof place !== 'string';

const flagsOf = (options: readonly OptionWords[]): string[] => options.flatMap(({ flags }) => flags);

/** A text in single quotes. */
const quoted = (text: string): string => `'${text.replaceAll("'", `'\\''`)}'`;

function bash({ options, verbs }: CommandWords): string[] {
  const taking = flagsOf(options.filter(({ value }) => value !== 'nothing'));
  const folders = flagsOf(options.filter(({ value }) => value === 'folder'));
  return [
    '_sc_sync() {',
    '  local cur=${COMP_WORDS[COMP_CWORD]} prev=${COMP_WORDS[COMP_CWORD-1]} verb= i words=',
    '  for ((i = 1; i < COMP_CWORD; i++)); do',
    '    case ${COMP_WORDS[i]} in',
    `      ${taking.join('|')}) ((i++)) ;;`,
    '      -*) ;;',
    '      *) verb=${COMP_WORDS[i]}; break ;;',
    '    esac',
    '  done',
    '  COMPREPLY=()',
    '  case $prev in',
    `    ${folders.join('|')}) COMPREPLY=($(compgen -d -- "$cur")); return ;;`,
    `    ${taking.filter((flag) => !folders.includes(flag)).join('|')}) return ;;`,
    '  esac',
    '  case $verb:$prev in',
    ...verbs.flatMap(({ names, options: own }) => bashValues(names, own)),
    '  esac',
    '  if [ -z "$words" ]; then case $verb in',
    `    '') words='${[...verbs.flatMap(({ names }) => names), ...flagsOf(options)].join(' ')}' ;;`,
    ...verbs.map((verb) => `    ${verb.names.join('|')}) words='${bashWords(verb).join(' ')}' ;;`),
    '  esac; fi',
    `  case $verb:$cur in ?*:-*) words="$words ${flagsOf(options).join(' ')}" ;; esac`,
    '  COMPREPLY=($(compgen -W "$words" -- "$cur"))',
    '}',
    'complete -o default -F _sc_sync sc-sync',
  ];
}

/** Files are what bash completes where there are no words. */
function bashValues(names: readonly string[], options: readonly OptionWords[]): string[] {
  return options.flatMap(({ flags, value }) => {
    if (value === 'nothing') return [];
    const places = names.flatMap((name) => flags.map((flag) => `${name}:${flag}`)).join('|');
    return [`    ${places}) ${isChoice(value) ? `words='${value.join(' ')}'` : 'return'} ;;`];
  });
}

function bashWords({ words, options }: VerbWords): readonly string[] {
  return [...(isChoice(words) ? words : []), ...flagsOf(options)];
}

function zsh({ options, verbs }: CommandWords): string[] {
  return [
    '#compdef sc-sync',
    '_sc-sync() {',
    '  local curcontext="$curcontext" state line',
    '  local -a options verbs',
    '  options=(',
    ...options.flatMap(zshOption).map((option) => `    ${option}`),
    '  )',
    '  verbs=(',
    ...verbs.flatMap(({ names, says }) =>
      names.map((name) => `    ${quoted(`${name}:${says.replaceAll(':', '\\:')}`)}`),
    ),
    '  )',
    "  _arguments -C $options '1:verb:->verb' '*::word:->words'",
    '  case $state in',
    '    verb) _describe verb verbs ;;',
    '    words) case $words[1] in',
    ...verbs.map(({ names, options: own, words }) => {
      const rest = quoted(`*:word:${zshAction(words)}`);
      return `      ${names.join('|')}) _arguments ${[...own.flatMap(zshOption), '$options', rest].join(' ')} ;;`;
    }),
    '    esac ;;',
    '  esac',
    '}',
    'if [ "$funcstack[1]" = _sc-sync ]; then _sc-sync "$@"; else compdef _sc-sync sc-sync; fi',
  ];
}

function zshOption({ flags, says, value }: OptionWords): string[] {
  const text = says.replaceAll(/[[\]:\\]/g, '\\$&');
  const action = value === 'nothing' ? '' : `:value:${zshAction(value)}`;
  return flags.map((flag) => quoted(`*${flag}[${text}]${action}`));
}

function zshAction(place: Place): string {
  if (isChoice(place)) return `(${place.join(' ')})`;
  return place === 'folder' ? '_files -/' : place === 'file' ? '_files' : ' ';
}

function fish({ options, verbs }: CommandWords): string[] {
  const all = verbs.flatMap(({ names }) => names).join(' ');
  return [
    ...options.map((option) => fishLine('', option)),
    ...verbs.flatMap(({ names, says, options: own, words }) => {
      const isHere = ` -n '__fish_seen_subcommand_from ${names.join(' ')}'`;
      return [
        ...names.map(
          (name) =>
            `complete -c sc-sync -f -n 'not __fish_seen_subcommand_from ${all}' -a ${name} -d ${fishText(says)}`,
        ),
        ...own.map((option) => fishLine(isHere, option)),
        ...(isChoice(words) ? [`complete -c sc-sync -f${isHere} -a ${fishText(words.join(' '))}`] : []),
      ];
    }),
  ];
}

function fishLine(condition: string, { flags, says, value }: OptionWords): string {
  const names = flags.map((flag) => (flag.startsWith('--') ? `-l ${flag.slice(2)}` : `-s ${flag.slice(1)}`));
  return `complete -c sc-sync${condition} ${[...names, ...fishValue(value)].join(' ')} -d ${fishText(says)}`;
}

function fishValue(place: Place): string[] {
  if (isChoice(place)) return ['-x', '-a', fishText(place.join(' '))];
  if (place === 'folder') return ['-x', '-a', "'(__fish_complete_directories)'"];
  return { nothing: [], file: ['-r'], text: ['-x'] }[place];
}

const fishText = (text: string): string => `'${text.replaceAll(/['\\]/g, '\\$&')}'`;
