/** What a registered district is shown with beside the settings that were said of it. */
interface Shown {
  readonly id: unknown;
  readonly origin: unknown;
  readonly version: unknown;
  readonly database: unknown;
  readonly changedBy: unknown;
  readonly changedAt: unknown;
  readonly retiredAt: unknown;
}

/**
 * What is said of a district again when one thing of it is changed: a change replaces all settings.
 * @returns the settings alone; where its database is stays as it was unless it is said anew
 */
export function settingsSaidOf<District extends Shown>(district: District): Omit<District, keyof Shown> {
  const {
    id: _id,
    origin: _origin,
    version: _version,
    database: _database,
    changedBy: _by,
    changedAt: _at,
    retiredAt: _end,
    ...settings
  } = district;
  return settings;
}
