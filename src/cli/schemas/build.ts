/** A JSON Schema, draft 2020-12. */
export type Schema = Readonly<Record<string, unknown>>;

/** Members of an object, by name; `true` stands for any value. */
export type Members = Readonly<Record<string, Schema | true>>;

/** A text. */
export const text = (description?: string): Schema => ({ type: 'string', description });

/** A time: the one form that times have. Records have theirs as their columns do. */
export const time = (description: string): Schema => ({
  type: 'string',
  pattern: '^\\d{4}-\\d\\d-\\d\\dT\\d\\d:\\d\\d:\\d\\d\\.\\d{3}Z$',
  description: `${description}, in UTC`,
});

/** One of some words. */
export const oneOf = (...words: readonly string[]): Schema => ({ enum: words });

/** Yes or no. */
export const flag = (description?: string): Schema => ({ type: 'boolean', description });

/** How many; nought is left out. */
export const count = (description?: string): Schema => ({ type: 'integer', minimum: 1, description });

/** A list with something in it; an empty one is left out. */
export const list = (items: Schema | true, description?: string): Schema => ({
  type: 'array',
  items,
  minItems: 1,
  description,
});

/** An object with these members and no others. */
export const object = (required: Members, optional: Members = {}, description?: string): Schema => ({
  type: 'object',
  properties: { ...required, ...optional },
  ...(Object.keys(required).length > 0 && { required: Object.keys(required) }),
  additionalProperties: false,
  description,
});

/** An object with a member for each name of some kind. */
export const byName = (members: Schema, description?: string): Schema => ({
  type: 'object',
  additionalProperties: members,
  minProperties: 1,
  description,
});
