/** Writes a value as JSON in one of many ways that all say the same. */
export function spelled(value: unknown, dice: Iterator<number>): string {
  const roll = (sides: number): number => ((dice.next().value as number | undefined) ?? 0) % sides;
  const space = (): string => (roll(4) === 0 ? ' ' : '');
  const text = (plain: string): string => {
    const escape = (char: string): string => `\\u${char.charCodeAt(0).toString(16).padStart(4, '0')}`;
    return JSON.stringify(plain).replaceAll(/[^"\\\u0000-\u001f]/g, (char, at: number, all: string) =>
      roll(5) === 0 && all[at - 1] !== '\\' && !/\\u[0-9a-f]{0,3}$/.test(all.slice(Math.max(0, at - 5), at))
        ? escape(char)
        : char,
    );
  };
  const number = (plain: number): string => {
    const written = JSON.stringify(plain);
    if (!/^-?\d+$/.test(written)) return written;
    return [written, `${written}.0`, `${written}E0`, `${written}.00e+0`][roll(4)] ?? written;
  };
  if (typeof value === 'string') return text(value);
  if (typeof value === 'number') return number(value);
  if (Array.isArray(value)) {
    return `[${space()}${value.map((each: unknown) => spelled(each, dice)).join(`${space()},${space()}`)}]`;
  }
  if (typeof value === 'object' && value !== null) {
    const members = Object.entries(value);
    if (roll(3) === 0) members.reverse();
    return `{${members.map(([name, each]) => `${text(name)}${space()}:${space()}${spelled(each, dice)}`).join(`,${space()}`)}}`;
  }
  return JSON.stringify(value);
}
