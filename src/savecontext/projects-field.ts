import { coordinate, extension, set } from '../registry/fields.js';

/** Every path that the record is filed under, its own left out. */
export const projects = (table: string, owner: string) =>
  extension(
    set({
      table,
      owner,
      element: { project_path: coordinate('path') },
      withoutOwnScope: true,
      timestamps: ['added_at'],
    }),
  );
