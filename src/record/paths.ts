/**
 * Coordinates of one machine in portable form: `.` is the project, `./x` a path in it; every other path
 * stands as it is. A value that itself begins like that gets one more `./`, so that the mapping is exact
 * both ways.
 */
export function toPortable(path: string, project: string): string {
  if (path === project) return '.';
  if (path.startsWith(`${project}/`)) return `.${path.slice(project.length)}`;
  return path === '.' || path.startsWith('./') ? `./${path}` : path;
}

/** The path on this machine that a portable form stands for. */
export function fromPortable(portable: string, project: string): string {
  if (portable === '.') return project;
  if (portable === './.' || portable.startsWith('././')) return portable.slice(2);
  return portable.startsWith('./') ? `${project}${portable.slice(1)}` : portable;
}
