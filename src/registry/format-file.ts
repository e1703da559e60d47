import type { RegistryFile } from './file.js';

/** So long is a list or an object that stands on one line. */
const WIDEST = 100;

/** The text of a registry file: always the same for the same registry. Every field has a line. */
export function formatRegistryFile(file: RegistryFile): string {
  return `${print(file, '', 0)}\n`;
}

function print(value: unknown, name: string, depth: number): string {
  if (typeof value !== 'object' || value === null) return JSON.stringify(value);
  const short = inline(value);
  // The file, each entity and each list of fields are laid out, however small they are.
  const isLaidOut = depth === 0 || name === 'entities' || name === 'fields' || 'fields' in value;
  if (!isLaidOut && short.length + 2 * depth <= WIDEST) return short;
  const parts = Array.isArray(value)
    ? value.map((each: unknown) => print(each, '', depth + 1))
    : Object.entries(value).map(([key, member]) => `${JSON.stringify(key)}: ${print(member, key, depth + 1)}`);
  const [open, close] = Array.isArray(value) ? ['[', ']'] : ['{', '}'];
  if (parts.length === 0) return open + close;
  const indent = '  '.repeat(depth + 1);
  return `${open}\n${indent}${parts.join(`,\n${indent}`)}\n${'  '.repeat(depth)}${close}`;
}

function inline(value: unknown): string {
  if (Array.isArray(value)) return `[${value.map(inline).join(', ')}]`;
  if (typeof value !== 'object' || value === null) return JSON.stringify(value);
  const members = Object.entries(value).map(([key, member]) => `${JSON.stringify(key)}: ${inline(member)}`);
  return members.length === 0 ? '{}' : `{ ${members.join(', ')} }`;
}
