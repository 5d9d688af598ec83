import { parseArgs } from 'node:util';
import { parseServerKinds, type ServerKinds } from '../src/stack/server-kind';
import { kindNames } from './schedule';

export interface FaultsOptions {
  readonly seed: number;
  /** null: until enough faults have struck. */
  readonly runs: number | null;
  /** The number of the first run: with the seed it names one. */
  readonly first: number;
  readonly only: readonly string[];
  readonly servers: ServerKinds;
  readonly json: boolean;
  /** false: the sources, instead of what `npm run build` made. */
  readonly built: boolean;
}

/** @throws Error that says what is wrong with the arguments */
export function readOptions(args: readonly string[]): FaultsOptions {
  const { values } = parseArgs({
    args: [...args],
    options: {
      seed: { type: 'string' },
      runs: { type: 'string' },
      first: { type: 'string', default: '1' },
      only: { type: 'string', default: '' },
      server: { type: 'string', default: 'mariadb' },
      json: { type: 'boolean', default: false },
      sources: { type: 'boolean', default: false },
    },
  });
  const only = values.only.split(',').filter((name) => name !== '');
  const unknown = only.find((name) => !kindNames.includes(name));
  if (unknown !== undefined)
    throw new Error(`"${unknown}" is no kind of fault. There are: ${kindNames.join(', ')}.`);
  return {
    seed: values.seed === undefined ? Date.now() % 1_000_000 : wholeNumber('seed', values.seed),
    runs: values.runs === undefined ? null : wholeNumber('runs', values.runs),
    first: wholeNumber('first', values.first),
    only,
    servers: parseServerKinds(values.server),
    json: values.json,
    built: !values.sources,
  };
}

function wholeNumber(name: string, text: string): number {
  if (!/^\d{1,9}$/.test(text)) throw new Error(`--${name} takes a whole number.`);
  return Number(text);
}
