export { ConfigError } from './config-error';
export { environmentValue } from './environment';
export { loadConfig, parseConfig } from './load';
export {
  type Config,
  configSchema,
  type DistrictConfig,
  type DistrictSettings,
  districtSettings,
} from './schema';
export type { RegionConfig } from './region';
export { sharesState } from './shares-state';
export { zoneOf } from './timezone';
