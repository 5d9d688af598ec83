import { createContext, type ReactNode, useContext, useMemo, useState } from 'react';

/** Whose clock the page shows. */
type ZoneChoice = 'district' | 'mine' | 'utc';

interface Zone {
  /** IANA name. */
  readonly name: string;
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
      ...(district === null ? [] : [{ choice: 'district' as const, label: `District: ${district}` }]),
      { choice: 'mine' as const, label: `Mine: ${mine}` },
      { choice: 'utc' as const, label: 'UTC' },
    ];
    const choice = choices.find((known) => known.choice === wanted)?.choice ?? choices[0]!.choice;
    const choose = (next: ZoneChoice): void => {
      localStorage.setItem(storageKey, next);
      setWanted(next);
    };
    return { name: names[choice], choice, choices, choose };
  }, [district, wanted]);
  return <ZoneContext value={zone}>{children}</ZoneContext>;
}

function useZone(): Zone {
  const zone = useContext(ZoneContext);
  if (zone === null) throw new Error('There is no zone around this.');
  return zone;
}

const formats = new Map<string, Intl.DateTimeFormat>();

/** `2026-11-28 06:12:01` in a zone. */
function inZone(iso: string, timeZone: string): string {
  let format = formats.get(timeZone);
  if (!format) {
    format = new Intl.DateTimeFormat('en-CA', {
      ...{ timeZone, hourCycle: 'h23', year: 'numeric', month: '2-digit', day: '2-digit' },
      ...{ hour: '2-digit', minute: '2-digit', second: '2-digit' },
    });
    formats.set(timeZone, format);
  }
  const parts = Object.fromEntries(
    format.formatToParts(new Date(iso)).map(({ type, value }) => [type, value]),
  );
  return `${parts['year']}-${parts['month']}-${parts['day']} ${parts['hour']}:${parts['minute']}:${parts['second']}`;
}

/** An instant in the zone in force; the other zones stand in its title. */
export function Time({ at, clock = false }: { at: string; clock?: boolean }) {
  const { name } = useZone();
  const text = inZone(at, name);
  const title = [name, ...[mine, 'UTC'].filter((other) => other !== name)]
    .map((zone) => `${inZone(at, zone)} ${zone}`)
    .join('\n');
  return (
    <time dateTime={at} title={title}>
      {clock ? text.slice(11) : text}
    </time>
  );
}

/** Says which zone is in force, and changes it. */
export function ZonePicker() {
  const { name, choice, choices, choose } = useZone();
  const short = new Intl.DateTimeFormat('en-US', { timeZone: name, timeZoneName: 'short' })
    .formatToParts(new Date())
    .find(({ type }) => type === 'timeZoneName')?.value;
  return (
    <label className="small soft">
      Times ({short}):{' '}
      <select className="field" value={choice} onChange={({ target }) => choose(target.value as ZoneChoice)}>
        {choices.map((known) => (
          <option key={known.choice} value={known.choice}>
            {known.label}
          </option>
        ))}
      </select>
    </label>
  );
}
