import { type NoticeEvent, noticeEvents, type NoticeRules } from '../../../domain/notices';
import { Input, Tick } from '../../parts/fields';

const eventWords: Record<NoticeEvent, string> = {
  completion: 'a resync has ended',
  incompletion: 'a resync did not finish',
  stateRequest: 'the state asks for a resync',
  mandatoryDue: 'a mandatory resync is due',
  approval: 'removals await approval',
  doubt: 'records are missing, or a mass update is held',
  identity: 'another district holds records',
  drift: 'a scheduled verification finds drift',
  schedule: 'a firing is refused',
  syncEvent: 'a sync event is incomplete',
  certification: 'a certification failed',
};

interface NoticeFieldsProps {
  /** What comes once a day: "e-mail". */
  readonly together: string;
  readonly events: readonly NoticeEvent[];
  readonly rules: NoticeRules;
  readonly onChange: (part: {
    readonly events?: readonly NoticeEvent[];
    readonly rules?: NoticeRules;
  }) => void;
}

/** Of which alerts one is told: each at once or once a day, all or only what got worse. */
export function NoticeFields({ together, events, rules, onChange }: NoticeFieldsProps) {
  const { digest, leastRecords, onlyWorse } = rules;
  const rule = (part: Partial<NoticeRules>): void => onChange({ rules: { ...rules, ...part } });
  const zone = digest?.timezone ?? Intl.DateTimeFormat().resolvedOptions().timeZone;
  return (
    <>
      <fieldset className="days days--words">
        <legend className="small">When</legend>
        {noticeEvents.map((event) => (
          <Tick
            key={event}
            label={eventWords[event]}
            ticked={events.includes(event)}
            onChange={(ticked) =>
              onChange({
                events: noticeEvents.filter((one) => (one === event ? ticked : events.includes(one))),
              })
            }
          />
        ))}
      </fieldset>
      <Tick
        label={`All of a day in one ${together}`}
        ticked={digest !== null}
        onChange={(ticked) => rule({ digest: ticked ? { at: '07:00', timezone: zone } : null })}
      />
      {digest !== null && (
        <Input
          label="At"
          type="time"
          value={digest.at}
          onChange={(at) => at !== '' && rule({ digest: { at, timezone: zone } })}
          hint={zone}
        />
      )}
      <Tick
        label="Only when there are more errors, or more drift, than the time before"
        ticked={onlyWorse}
        onChange={(ticked) => rule({ onlyWorse: ticked })}
      />
      <Input
        label="Only from so many records on"
        type="number"
        value={String(leastRecords)}
        onChange={(text) => rule({ leastRecords: Math.max(0, Math.round(Number(text))) })}
        hint="errors of a resync, or what a verification found to differ"
      />
    </>
  );
}
