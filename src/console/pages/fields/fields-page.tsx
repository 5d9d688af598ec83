import { useMutation, useQuery, useQueryClient } from '@tanstack/react-query';
import { useState } from 'react';
import { Link, useLocation, useSearchParams } from 'wouter';
import type { FieldOwner, FieldSetting } from '../../../domain/field-ownership';
import type { District } from '../../api/answers';
import { call } from '../../api/call';
import { useSignedIn } from '../../api/session';
import { Answer } from '../../parts/answer';
import { Button } from '../../parts/button';
import { Select, Tick } from '../../parts/fields';
import { counted } from '../../parts/format';
import { SearchField } from '../../parts/search-field';
import { Failed } from '../../parts/states';
import { useUrlFilters } from '../../parts/url-filters';
import { DistrictPage } from '../district-page';
import { FieldChanges } from './field-changes';
import { FieldTable, type ObjectField, ObjectsTable } from './field-table';

/** `/d/{district}/fields`: which fields the state owns in a district, and who said so. */
export function FieldsPage({ district: id }: { district: string }) {
  return (
    <DistrictPage id={id} title="Synchronization Field Settings" right="fieldSettings">
      {(district) => <Fields district={district} />}
    </DistrictPage>
  );
}

function Fields({ district }: { district: District }) {
  const { session } = useSignedIn();
  const [search] = useSearchParams();
  const view = search.get('view') ?? '';
  return (
    <main className="page" id="content">
      <h1>Synchronization Field Settings</h1>
      <p>
        A field that the state owns is never overwritten by what {district.name} sends: the state’s value is
        carried down instead.{' '}
        {session.level === 'state'
          ? 'A change holds from the next range of records on.'
          : 'Only the state changes whose a field is.'}
      </p>
      <nav className="tabs" aria-label="Parts of the settings">
        <Link href={`/d/${district.id}/fields`} aria-current={view === '' ? 'page' : undefined}>
          Fields
        </Link>
        <Link
          href={`/d/${district.id}/fields?view=changes`}
          aria-current={view === 'changes' ? 'page' : undefined}
        >
          Changes
        </Link>
      </nav>
      {view === 'changes' ? <FieldChanges district={district} /> : <Settings district={district} />}
    </main>
  );
}

const filters = ['object', 'owner', 'q', 'changed'] as const;

function Settings({ district }: { district: District }) {
  const url = useUrlFilters(filters);
  const [path] = useLocation();
  const settings = useQuery({
    queryKey: ['fields', district.id],
    queryFn: () => call(`/districts/${district.id}/field-settings`),
  });
  const q = url.of('q').toLowerCase();
  const isWanted = ({ object, field, owner, default: usual }: ObjectField): boolean =>
    (url.of('object') === '' || object === url.of('object')) &&
    (url.of('owner') === '' || owner === url.of('owner')) &&
    (url.of('changed') === '' || owner !== usual) &&
    `${object}.${field}`.toLowerCase().includes(q);
  return (
    <Answer query={settings} what="the fields">
      {({ items }) => {
        const all = items.flatMap(({ object, fields }) => fields.map((field) => ({ object, ...field })));
        const shown = all.filter(isWanted);
        const parts = items.find(({ object }) => object === url.of('object'))?.parts ?? [];
        return (
          <>
            <div className="filters" role="group" aria-label="Filters">
              <Select
                label="Object"
                value={url.of('object')}
                onChange={(object) => url.set('object', object)}
                none="all"
                options={items.map(({ object }) => ({ value: object, label: object }))}
              />
              <Select
                label="Owner"
                value={url.of('owner')}
                onChange={(owner) => url.set('owner', owner)}
                none="both"
                options={[
                  { value: 'district', label: 'the district' },
                  { value: 'state', label: 'the state' },
                ]}
              />
              <SearchField label="Find a field" value={url.of('q')} onSearch={(text) => url.set('q', text)} />
              <Tick
                label="Set otherwise than by default"
                ticked={url.of('changed') !== ''}
                onChange={(ticked) => url.set('changed', ticked ? 'true' : '')}
              />
            </div>
            {parts.length > 0 && <p className="soft">They hold for {parts.join(', ')} too.</p>}
            {!url.any && <ObjectsTable items={items} pathOf={(object) => `${path}?object=${object}`} />}
            {url.any && shown.length === 0 && (
              <p>
                Nothing is like this.{' '}
                <button type="button" className="button button--link" onClick={url.clear}>
                  Show all
                </button>
              </p>
            )}
            {url.any && shown.length > 0 && <Editable district={district} fields={shown} />}
          </>
        );
      }}
    </Answer>
  );
}

/** Fields, whose owners the state changes, all at once. */
function Editable({ district, fields }: { district: District; fields: readonly ObjectField[] }) {
  const { session } = useSignedIn();
  const queries = useQueryClient();
  const [wanted, setWanted] = useState<ReadonlyMap<string, FieldSetting>>(new Map());
  const settings = [...wanted.values()];
  const save = useMutation({
    mutationFn: () => call(`/districts/${district.id}/field-settings`, { method: 'PUT', body: { settings } }),
    onSuccess: async () => {
      await queries.invalidateQueries({ queryKey: ['fields', district.id] });
      void queries.invalidateQueries({
        queryKey: ['list', `/districts/${district.id}/field-settings/changes`],
      });
      setWanted(new Map());
    },
  });
  const choose = ({ object, field, owner: now }: ObjectField, owner: FieldOwner): void => {
    const after = new Map(wanted);
    if (owner === now) after.delete(`${object}.${field}`);
    else after.set(`${object}.${field}`, { object, field, owner });
    setWanted(after);
  };
  return (
    <>
      <FieldTable
        fields={fields}
        ownerOf={({ object, field, owner }) => wanted.get(`${object}.${field}`)?.owner ?? owner}
        onChoose={session.level === 'state' ? choose : null}
      />
      {save.error && <Failed error={save.error} onAgain={() => save.mutate()} />}
      {session.level === 'state' && (
        <div className="footer">
          <p className="footer__sum" role="status">
            {settings.length === 0
              ? 'Choose whose a field is; it is saved when you say so.'
              : `${counted(settings.length, 'field')} to change: ${settings.map(({ object, field }) => `${object}.${field}`).join(', ')}`}
          </p>
          <Button
            onPress={() => setWanted(new Map())}
            whyNot={settings.length === 0 ? 'Nothing is changed.' : null}
          >
            Discard
          </Button>
          <Button
            main
            onPress={() => save.mutate()}
            whyNot={
              settings.length === 0 ? 'Nothing is changed.' : save.isPending ? 'It is being saved.' : null
            }
          >
            Save
          </Button>
        </div>
      )}
    </>
  );
}
