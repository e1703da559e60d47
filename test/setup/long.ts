/** Whether there is time for many cases, as in `npm run test:long`. */
const IS_LONG = process.env['LONG'] !== undefined;

/** How many random cases are tried: some, or five times as many where there is time. */
export const cases = (few: number): number => (IS_LONG ? few * 5 : few);

/** All of some steps where there is time, else every second one. */
export const someOf = <T>(steps: readonly T[]): readonly T[] => steps.filter((_, index) => IS_LONG || index % 2 === 0);
