import type { Token } from './json.js';

/** How many elements an array token has, which must be a canonical one. */
export function arraySize(token: Token): number {
  let size = token === '[]' ? 0 : 1;
  let depth = 0;
  let isText = false;
  for (let at = 0; at < token.length; at++) {
    const unit = token[at];
    if (isText) {
      if (unit === '\\') at++;
      else isText = unit !== '"';
    } else if (unit === '"') isText = true;
    else if (unit === '[' || unit === '{') depth++;
    else if (unit === ']' || unit === '}') depth--;
    else if (unit === ',' && depth === 1) size++;
  }
  return size;
}
