import { EMPTY_SET } from './content.js';
import { scanArray } from './json.js';
import type { Content } from './content.js';
import type { PathForm } from './version.js';

/** A value of a record; of a set each element is one. */
export interface ContentValue {
  readonly field: string;
  readonly token: string;
}

/** All values that a line of a record has, those of fields that the registry does not know included; absolute lines have core fields alone. */
export function valuesOf({ entity, tokens, unknown }: Content, form: PathForm): ContentValue[] {
  const values: ContentValue[] = [];
  for (const { name, field, index } of entity.synced) {
    if (form === 'absolute' && index >= entity.coreCount) break;
    const token = tokens[index] ?? 'null';
    if (field.kind !== 'set') values.push({ field: name, token });
    else if (token !== EMPTY_SET) for (const element of scanArray(token)) values.push({ field: name, token: element });
  }
  for (const [field, token] of unknown) values.push({ field, token });
  return values;
}
