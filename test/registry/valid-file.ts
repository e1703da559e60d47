import { readFileSync } from 'node:fs';

import { Ajv2020 } from 'ajv/dist/2020.js';
import { expect } from 'vitest';

const path = new URL('../../schemas/registry.schema.json', import.meta.url);
const validate = new Ajv2020({ allErrors: true, strict: true, strictTypes: false }).compile(
  JSON.parse(readFileSync(path, 'utf8')) as object,
);

/** Whether the JSON Schema in the package allows a registry file. */
export function isFileValid(file: unknown): boolean {
  return validate(file);
}

/** The JSON Schema in the package allows a registry file. */
export function expectFileValid(file: object): void {
  expect(validate(file) ? [] : validate.errors).toEqual([]);
}
