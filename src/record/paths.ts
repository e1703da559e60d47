/**
 * Coordinates of one machine in portable form: `.` is the project, `./x` a path in it; every other path
 * stands as it is. A value that itself begins like that gets one more `./`, and a path in the project that
 * would then look like such a value one more slash, so that the mapping is exact both ways.
 */
export function toPortable(path: string, project: string): string {
  if (path === project) return '.';
  if (path.startsWith(`${project}/`)) {
    const rest = path.slice(project.length + 1);
    return STARTS_WITH_DOT.test(rest) ? `.//${rest}` : `./${rest}`;
  }
  return isRelative(path) ? `./${path}` : path;
}

/** The path on this machine that a portable form stands for. */
export function fromPortable(portable: string, project: string): string {
  if (portable === '.') return project;
  if (!portable.startsWith('./')) return portable;
  const rest = portable.slice(2);
  if (isRelative(rest)) return rest;
  return `${project}/${STARTS_WITH_DOT.test(rest) ? rest.slice(1) : rest}`;
}

/** The component `.`, with any number of slashes before it. */
const STARTS_WITH_DOT = /^\/*\.(?:\/|$)/;

function isRelative(path: string): boolean {
  return path === '.' || path.startsWith('./');
}
