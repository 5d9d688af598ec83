export { ConfigError } from './config-error';
export { environmentValue } from './environment';
export { loadConfig, parseConfig } from './load';
export { type Config, configSchema } from './schema';
export { type DistrictConfig, type DistrictSettings, districtSettings } from './district';
export type { RegionConfig } from './region';
export {
  databaseOfYear,
  databasesProblems,
  databaseUrlsOf,
  isSplitByYear,
  whyNoYearDatabase,
  type YearDatabase,
} from './year-databases';
export { sharesState } from './shares-state';
export { zoneOf } from './timezone';
