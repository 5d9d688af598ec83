import { useMutation, useQuery } from '@tanstack/react-query';
import { useState } from 'react';
import type { Blackout, District, Schedule } from '../../api/answers';
import { call } from '../../api/call';
import { type Live, useNotices, whileLost } from '../../api/live';
import { useRight } from '../../api/session';
import { Answer } from '../../parts/answer';
import { Button } from '../../parts/button';
import { Failed } from '../../parts/states';
import { DistrictPage } from '../district-page';
import { BlackoutDialog } from './blackout-dialog';
import { BlackoutTable } from './blackout-table';
import { ScheduleDialog } from './schedule-dialog';
import { ScheduleTable } from './schedule-table';
import { useRenewed } from './use-renewed';
import { Week } from './week';

/** `/d/{district}/schedules`: what starts by itself, and when nothing may run. */
export function SchedulesPage({ district: id }: { district: string }) {
  return (
    <DistrictPage id={id} title="Schedules and Blackouts" right="resyncBatch">
      {(district) => <Shown district={district} />}
    </DistrictPage>
  );
}

function Shown({ district }: { district: District }) {
  const live = useNotices(`schedules:${district.id}`, ['schedules', district.id]);
  return (
    <main className="page" id="content">
      <h1>Schedules and Blackouts</h1>
      <p>
        Schedules start resyncs and verifications of {district.name} by themselves. In a blackout window no
        resync sends records: what runs waits where it is, and goes on after it.
      </p>
      <Week district={district} live={live} />
      <Schedules district={district} live={live} />
      <Blackouts district={district} live={live} />
    </main>
  );
}

interface OfDistrict {
  readonly district: District;
  readonly live: Live;
}

function Schedules({ district, live }: OfDistrict) {
  const [open, setOpen] = useState<Schedule | 'new' | null>(null);
  const maySend = useRight('resyncBatch');
  const path = `/districts/${district.id}/schedules` as const;
  const schedules = useQuery({
    queryKey: ['schedules', district.id, 'list'],
    queryFn: () => call(path),
    refetchInterval: whileLost(live),
  });
  return (
    <section className="section" aria-label="Schedules">
      <div className="page__head">
        <h2>Schedules</h2>
        <Button
          onPress={() => setOpen('new')}
          whyNot={maySend ? null : 'It needs the tool right resyncBatch.'}
        >
          New schedule…
        </Button>
      </div>
      <Answer query={schedules} what="the schedules">
        {({ items }) =>
          items.length === 0 ? (
            <p>Nothing starts by itself yet.</p>
          ) : (
            <ScheduleTable items={items} district={district} onEdit={setOpen} />
          )
        }
      </Answer>
      {open !== null && (
        <ScheduleDialog
          district={district}
          schedule={open === 'new' ? null : open}
          onClose={() => setOpen(null)}
        />
      )}
    </section>
  );
}

function Blackouts({ district, live }: OfDistrict) {
  const [open, setOpen] = useState<Blackout | 'new' | null>(null);
  const renew = useRenewed(district);
  const mayChange = useRight('administration');
  const path = `/districts/${district.id}/blackouts` as const;
  const blackouts = useQuery({
    queryKey: ['schedules', district.id, 'blackouts'],
    queryFn: () => call(path),
    refetchInterval: whileLost(live),
  });
  const remove = useMutation({
    mutationFn: (blackoutId: string) => call(`${path}/${blackoutId}`, { method: 'DELETE' }),
    onSettled: renew,
  });
  return (
    <section className="section" aria-label="Blackout windows">
      <div className="page__head">
        <h2>Blackout windows</h2>
        <Button
          onPress={() => setOpen('new')}
          whyNot={mayChange ? null : 'It needs the tool right administration.'}
        >
          New window…
        </Button>
      </div>
      {remove.error && <Failed error={remove.error} onAgain={() => remove.reset()} />}
      <Answer query={blackouts} what="the windows">
        {({ items }) =>
          items.length === 0 ? (
            <p>Resyncs may run at any time.</p>
          ) : (
            <BlackoutTable items={items} onEdit={setOpen} onRemove={(id) => remove.mutate(id)} />
          )
        }
      </Answer>
      {open !== null && (
        <BlackoutDialog
          district={district}
          blackout={open === 'new' ? null : open}
          onClose={() => setOpen(null)}
        />
      )}
    </section>
  );
}
