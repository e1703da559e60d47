/** A login in an address, as rules find it. */
const LOGIN = /^[a-z][\w+.-]*:\/\/([^:@/\s]*):([^@/\s]*)@([^/:?#\s]+)/i;

/** What manuals and test set-ups have for a password. */
const COMMON = new Set(
  [
    'pass',
    'passwd',
    'password',
    'pwd',
    'secret',
    'changeme',
    'changeit',
    'example',
    'dummy',
    'test',
    'guest',
    'admin',
  ].concat([
    'root',
    'user',
    'postgres',
    'mysql',
    'mongo',
    'redis',
    'foo',
    'bar',
    '1234',
    '12345',
    '123456',
    '12345678',
  ]),
);

/** This machine, a service beside it, or a name that is nobody's (RFC 2606). */
const NOWHERE =
  /^(?:localhost|127(?:\.\d+){3}|0\.0\.0\.0|host\.docker\.internal|[\w-]+|(?:.*\.)?example\.(?:com|net|org)|.*\.(?:test|example|invalid|localhost|local))$/i;

/** What stands where somebody is to put something in. */
const PLACEHOLDER = /^(?:<[^<>]*>|\$\{[^{}]*\}|\{\{[^{}]*\}\}|\{[^{}]*\}|%s|%\([^()]*\)s|%\w+%|\*+|x{3,}|\.{3,})$/i;

/** Long enough that no real token has it by chance. */
const EXAMPLE = /example|sample|dummy|placeholder|redacted|changeme/i;
/** A longer one, like a private key, may have such a word by chance. */
const LONGEST_TOKEN = 200;

/** Says whether what a rule found is nobody's secret: a placeholder, a token of a manual, a login of a test set-up. */
export function isDummy(found: string): boolean {
  const [, user = '', password, host = ''] = LOGIN.exec(found) ?? [];
  if (password !== undefined) {
    const isCommon = COMMON.has(password.toLowerCase()) || password === user;
    return PLACEHOLDER.test(password) || (isCommon && (NOWHERE.test(host) || PLACEHOLDER.test(host)));
  }
  if (found.includes('://') || found.length > LONGEST_TOKEN) return false;
  return EXAMPLE.test(found) || isMonotonous(found);
}

/** `xxxx` and `0000`: no long part of the token has more than two letters. */
function isMonotonous(found: string): boolean {
  const long = found.split(/[^a-z0-9]+/i).filter((part) => part.length >= 8);
  return long.length > 0 && long.every((part) => new Set(part.toLowerCase()).size <= 2);
}
