export { grandBendSchoolYear, loadGrandBend, type LoadedSample } from './load';
