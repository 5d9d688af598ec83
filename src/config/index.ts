export { ConfigError } from './config-error';
export { environmentValue } from './environment';
export { loadConfig, parseConfig } from './load';
export { type Config, configSchema, type DistrictConfig } from './schema';
export { zoneOf } from './timezone';
