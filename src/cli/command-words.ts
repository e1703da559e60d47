import type { Command, Option } from 'commander';

import { helpRegistry } from './help-registry.js';

/** What may stand in a place of a call. */
export type Place = 'nothing' | 'text' | 'file' | 'folder' | readonly string[];

/** An option as somebody types it. */
export interface OptionWords {
  /** Its forms, `-C` and `--directory` for example. */
  readonly flags: readonly string[];
  readonly says: string;
  readonly value: Place;
}

/** A verb as somebody types it. */
export interface VerbWords {
  readonly names: readonly string[];
  readonly says: string;
  readonly options: readonly OptionWords[];
  /** What its words are: all at one place, since few have several. */
  readonly words: Place;
}

/** All that can be typed: what a shell completes. */
export interface CommandWords {
  readonly options: readonly OptionWords[];
  readonly verbs: readonly VerbWords[];
}

/** Reads what can be typed from the commands that give help. They must be complete. */
export function commandWords(program: Command): CommandWords {
  return {
    options: optionsOf(program),
    verbs: program.commands.map((command) => ({
      names: [command.name(), ...command.aliases()],
      says: command.summary(),
      options: optionsOf(command),
      words: command.name() === 'help' ? program.commands.map((verb) => verb.name()) : wordsOf(command),
    })),
  };
}

function optionsOf(command: Command): OptionWords[] {
  const options = command.createHelp().visibleOptions(command);
  return options.map((option) => ({
    flags: [option.short, option.long].filter((flag) => flag !== undefined),
    says: option.description,
    value: valueOf(option),
  }));
}

/** A value that may be left out is completed like a word. */
function valueOf({ argChoices, flags, required }: Option): Place {
  if (!required) return 'nothing';
  return argChoices ?? placeNamed(/<([\w-]+)/.exec(flags)?.[1] ?? '');
}

/** A verb says what its words are by its arguments, or in its usage: `[type] <record>`, `[show|take|drop] ...`. */
function wordsOf(command: Command): Place {
  const [argument] = command.registeredArguments;
  if (argument === undefined) return 'nothing';
  if (argument.argChoices !== undefined) return argument.argChoices;
  const [, first = ''] = /\[options\] [[<]+([\w|-]+)/.exec(command.usage()) ?? [];
  return first.includes('|') ? first.split('|') : placeNamed(first);
}

const PLACES: Readonly<Record<string, Place>> = {
  type: helpRegistry().entities.map(({ type }) => type),
  dir: 'folder',
  ...Object.fromEntries(['path', 'file', 'base', 'pattern'].map((name) => [name, 'file'])),
};

function placeNamed(name: string): Place {
  return PLACES[name] ?? 'text';
}
