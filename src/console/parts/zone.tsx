import { createContext, type ReactNode, useContext, useMemo, useState } from 'react';
import { wallTime } from '../../domain/local-day';

/** Whose clock the page shows. */
type ZoneChoice = 'district' | 'mine' | 'utc';

interface Zone {
  /** IANA name. */
  readonly name: string;
  /** As clocks are labelled there now: CST. */
  readonly short: string;
  readonly choice: ZoneChoice;
  readonly choices: readonly { readonly choice: ZoneChoice; readonly label: string }[];
  readonly choose: (choice: ZoneChoice) => void;
}

const storageKey = 'resync.zone';
const mine = Intl.DateTimeFormat().resolvedOptions().timeZone;
const ZoneContext = createContext<Zone | null>(null);

/** One zone in force for all of a page. */
export function ZoneProvider({ district, children }: { district: string | null; children: ReactNode }) {
  const [wanted, setWanted] = useState<string | null>(() => localStorage.getItem(storageKey));
  const zone = useMemo((): Zone => {
    const names: Record<ZoneChoice, string> = { district: district ?? mine, mine, utc: 'UTC' };
    const choices = [
      ...(district === null
        ? []
        : [{ choice: 'district' as const, label: `District: ${placeOf(district)}` }]),
      { choice: 'mine' as const, label: `Mine: ${placeOf(mine)}` },
      { choice: 'utc' as const, label: 'UTC' },
    ];
    const choice = choices.find((known) => known.choice === wanted)?.choice ?? choices[0]!.choice;
    const choose = (next: ZoneChoice): void => {
      localStorage.setItem(storageKey, next);
      setWanted(next);
    };
    const name = names[choice];
    return { name, short: shortName(name), choice, choices, choose };
  }, [district, wanted]);
  return <ZoneContext value={zone}>{children}</ZoneContext>;
}

/** The zone in force. */
export function useZone(): Zone {
  const zone = useContext(ZoneContext);
  if (zone === null) throw new Error('There is no zone around this.');
  return zone;
}

/** An instant in the zone in force; the other zones stand in its title. */
export function Time({ at, clock = false }: { at: string; clock?: boolean }) {
  const { name } = useZone();
  const text = wallTime(at, name);
  const title = [name, ...[mine, 'UTC'].filter((other) => other !== name)]
    .map((zone) => `${wallTime(at, zone)} ${zone}`)
    .join('\n');
  return (
    <time dateTime={at} title={title}>
      {clock ? text.slice(11) : text}
    </time>
  );
}

/** Of America/Chicago, Chicago. */
const placeOf = (timeZone: string): string => timeZone.split('/').at(-1)!.replaceAll('_', ' ');

function shortName(timeZone: string): string {
  const parts = new Intl.DateTimeFormat('en-US', { timeZone, timeZoneName: 'short' }).formatToParts();
  return parts.find(({ type }) => type === 'timeZoneName')?.value ?? timeZone;
}

/** Says which zone is in force, and changes it. */
export function ZonePicker() {
  const { name, short, choice, choices, choose } = useZone();
  return (
    <label className="small soft">
      Times ({short}):{' '}
      <select
        className="field"
        title={name}
        value={choice}
        onChange={({ target }) => choose(target.value as ZoneChoice)}
      >
        {choices.map((known) => (
          <option key={known.choice} value={known.choice}>
            {known.label}
          </option>
        ))}
      </select>
    </label>
  );
}
