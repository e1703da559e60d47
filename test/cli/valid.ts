import { Ajv2020 } from 'ajv/dist/2020.js';
import type { ValidateFunction } from 'ajv/dist/2020.js';
import { expect } from 'vitest';

import { NAMES, schemaOf } from '../../src/cli/schemas/verbs.js';

const ajv = new Ajv2020({ allErrors: true, strict: true, strictTypes: false });
const validators = new Map<string, ValidateFunction>();

/** What a verb printed with `--json` is as its schema says. Help and the version have none. */
export function expectValid(args: readonly string[], printed: object): void {
  const name = args.find((word) => NAMES.includes(word));
  if (name === undefined) return;
  const validate = validators.get(name) ?? ajv.compile(JSON.parse(JSON.stringify(schemaOf(name))) as object);
  validators.set(name, validate);
  expect(validate(printed) ? [] : validate.errors, `${args.join(' ')}: ${JSON.stringify(printed)}`).toEqual([]);
}
