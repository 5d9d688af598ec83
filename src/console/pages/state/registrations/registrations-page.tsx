import { useMutation, useQuery, useQueryClient } from '@tanstack/react-query';
import { useState } from 'react';
import type { Registration } from '../../../api/answers';
import { call } from '../../../api/call';
import { Answer } from '../../../parts/answer';
import { Button } from '../../../parts/button';
import { Dialog } from '../../../parts/dialog';
import { counted } from '../../../parts/format';
import { Person } from '../../../parts/person';
import { NeedsRight } from '../../../parts/needs-right';
import { SearchField } from '../../../parts/search-field';
import { Failed } from '../../../parts/states';
import { Time } from '../../../parts/zone';
import { ImportDialog } from './import-dialog';
import { RegisterDialog } from './register-dialog';

/** `/admin/districts`: districts as data: registered, changed, retired and imported. */
export function RegistrationsPage() {
  return (
    <NeedsRight title="Registration" rights={['administration']} stateOnly>
      <Registrations />
    </NeedsRight>
  );
}

/** The window that is open: a new district's, one that is changed or retired, or of a file. */
type Open = 'new' | 'import' | { readonly act: 'change' | 'retire'; readonly district: Registration } | null;

function Registrations() {
  const queries = useQueryClient();
  const [text, setText] = useState('');
  const [open, setOpen] = useState<Open>(null);
  const list = useQuery({
    queryKey: ['registrations'],
    queryFn: () => call('/registrations'),
  });
  // The list of districts of every page is another by now.
  const close = (): void => {
    setOpen(null);
    void queries.invalidateQueries();
  };
  return (
    <main className="page" id="content">
      <div className="page__head">
        <h1>Registration</h1>
        <span className="acts">
          <Button onPress={() => setOpen('new')}>Register a district…</Button>
          <Button onPress={() => setOpen('import')}>Import a file…</Button>
        </span>
      </div>
      <p className="soft">
        What is registered here holds within seconds, without a restart, and stands before the configuration.
        Each district’s database is tested first.
      </p>
      <SearchField label="Find by number, name or id" value={text} onSearch={setText} />
      <Answer query={list} what="the districts">
        {({ items }) => <Table items={items.filter((one) => isLike(one, text))} onOpen={setOpen} />}
      </Answer>
      {open === 'new' && <RegisterDialog former={null} onClose={close} />}
      {open === 'import' && <ImportDialog onClose={close} />}
      {open !== null && typeof open === 'object' && open.act === 'change' && (
        <RegisterDialog former={open.district} onClose={close} />
      )}
      {open !== null && typeof open === 'object' && open.act === 'retire' && (
        <RetireDialog district={open.district} onClose={close} />
      )}
    </main>
  );
}

function isLike({ id, number, name }: Registration, text: string): boolean {
  return [id, String(number), name].some((known) => known.toLowerCase().includes(text.toLowerCase()));
}

interface TableProps {
  readonly items: readonly Registration[];
  readonly onOpen: (open: Open) => void;
}

function Table({ items, onOpen }: TableProps) {
  return (
    <>
      <p role="status" className="soft small">
        {counted(items.length, 'district')}
      </p>
      <div className="frame" tabIndex={0} role="region" aria-label="Districts">
        <table className="table">
          <thead>
            <tr>
              <th scope="col">District</th>
              <th scope="col">Number</th>
              <th scope="col">Database account</th>
              <th scope="col">Changed</th>
              <th scope="col">
                <span className="hidden">What can be done</span>
              </th>
            </tr>
          </thead>
          <tbody>
            {items.map((district) => (
              <tr key={district.id}>
                <th scope="row">
                  {district.name}
                  <div className="small soft">{district.id}</div>
                </th>
                <td>{district.number}</td>
                <td>
                  {accountOf(district)}
                  {district.database.problem !== null && (
                    <div className="small soft">{district.database.problem}</div>
                  )}
                </td>
                <td>
                  <Changed district={district} />
                </td>
                <td>
                  {district.retiredAt === null && (
                    <>
                      <Button onPress={() => onOpen({ act: 'change', district })}>Change…</Button>{' '}
                      <Button onPress={() => onOpen({ act: 'retire', district })}>Retire…</Button>
                    </>
                  )}
                </td>
              </tr>
            ))}
          </tbody>
        </table>
      </div>
    </>
  );
}

function accountOf({ database: { kind, name } }: Registration): string {
  const words = {
    ...{ sealed: 'Kept sealed', file: 'File', variable: 'Variable', configuration: 'Configuration' },
    several: 'Several, by school year',
  };
  return name === null ? words[kind] : `${words[kind]} ${name}`;
}

function Changed({ district: { changedAt, changedBy, retiredAt } }: { district: Registration }) {
  if (changedAt === null) return <>As configured</>;
  return (
    <>
      {retiredAt !== null && <strong>Retired </strong>}
      <Time at={changedAt} />
      <div className="small soft">
        <Person by={changedBy ?? ''} />
      </div>
    </>
  );
}

/** Asks before a district is retired. */
function RetireDialog({ district, onClose }: { district: Registration; onClose: () => void }) {
  const retire = useMutation({
    mutationFn: () => call(`/registrations/${district.id}/retire`, { method: 'POST', body: {} }),
    onSuccess: onClose,
  });
  return (
    <Dialog
      title={`Retire ${district.name}?`}
      onClose={onClose}
      buttons={
        <>
          <Button onPress={onClose}>Leave it</Button>
          <Button main onPress={() => retire.mutate()} whyNot={retire.isPending ? 'It is being done.' : null}>
            Retire
          </Button>
        </>
      }
    >
      <p>
        Nothing is sent of it any more. What is at the state stays, and so do its number and history; it can
        be registered again.
      </p>
      {retire.error && <Failed error={retire.error} onAgain={() => retire.mutate()} />}
    </Dialog>
  );
}
