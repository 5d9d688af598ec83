/** Names of time zones, as IANA and Temporal spell them. */

/** Is it an IANA time zone this Node knows, e.g. America/Chicago, spelled as IANA has it? */
export function isTimeZone(name: string): boolean {
  const leadsTo = zoneOf(name);
  return leadsTo !== null && (leadsTo === name || usualSpelling.test(name));
}

/** Node knows zones in any capitals, Temporal only in IANA's: here as Temporal needs it. */
export function asIanaHasIt(name: string): string {
  const leadsTo = zoneOf(name);
  // Where it is another one, the name is a link: US/Central stays what somebody wrote.
  return leadsTo?.toLowerCase() === name.toLowerCase() ? leadsTo : name;
}

/** The zone that a name leads to, which is its own where it is no link; `null`: there is none. */
function zoneOf(name: string): string | null {
  // Node takes offsets for names, too, which Temporal doesn't.
  if (/^[+-]/.test(name)) return null;
  try {
    return new Intl.DateTimeFormat('en', { timeZone: name }).resolvedOptions().timeZone;
  } catch {
    return null;
  }
}

/** Of a link, whose capitals nobody here knows: Node lists only what links lead to. */
const usualSpelling =
  /^(?:US|NZ|Etc|[A-Z][a-z]{3,})(?:\/[A-Z][\w+-]*)+$|^[A-Z][A-Z\d-]{1,8}$|^[A-Z][a-z]{2,}$/;
