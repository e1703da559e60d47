import type { Command } from '../command.js';
import { describePull, endOf, pullJson } from '../describe-pull.js';
import { pullPlace } from '../pull-place.js';

/** Takes what the remote has, by way of the files, into the database. */
export const run: Command = async ({ context }) => {
  const place = context.place();
  const pulled = await pullPlace(context, place);
  return { ...endOf(pulled), json: pullJson(place, pulled), text: describePull(place, pulled) };
};
