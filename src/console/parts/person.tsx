/** An id of this service's own, or of another issuer, at the end of who asked for something. */
const id = / \(([0-9a-f]{12}|oidc:[^)]*)\)$/;

/** Who did something, by name; whom the name is of stands in its title. */
export function Person({ by }: { by: string }) {
  return id.test(by) ? <span title={by}>{by.replace(id, '')}</span> : by;
}
