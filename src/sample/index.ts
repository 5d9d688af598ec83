export { grandBendSchoolYear, loadGrandBend, type LoadedSample, type LoadOptions } from './load';
