/** A path for the audit: the key of a record may be whatever a person typed. */
export function withoutKeys(path: string): string {
  return path.replace(/(\/records\/[^/]*\/)[^/]+/, '$1{key}');
}

/**
 * The path of what wasn't looked up: where an id belongs may stand whatever a person typed, too.
 */
export function withoutTyped(path: string): string {
  return withoutKeys(path)
    .split('/')
    .map((part) => (/^[\w.:{}-]*$/.test(part) ? part : '{…}'))
    .join('/');
}
