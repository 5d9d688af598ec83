import { useState } from 'react';
import { Link } from 'wouter';
import type { District, IdentityConflict } from '../../../api/answers';
import { useSignedIn } from '../../../api/session';
import { Button } from '../../../parts/button';
import { ListView, usePaged } from '../../../parts/paged';
import { Time } from '../../../parts/zone';
import { DistrictPage } from '../../district-page';
import { actionNames, conflictNames } from './conflict-words';
import { ResolveDialog } from './resolve-dialog';

/** `/d/{district}/conflicts`: records whose identity at the state is in doubt. */
export function ConflictsPage({ district: id }: { district: string }) {
  return (
    <DistrictPage id={id} title="Identity Conflicts" right="errorLog">
      {(district) => <Conflicts district={district} />}
    </DistrictPage>
  );
}

function Conflicts({ district }: { district: District }) {
  const list = usePaged(
    `/districts/${district.id}/identity-conflicts`,
    { limit: '100' },
    `conflicts:${district.id}`,
  );
  const [resolving, setResolving] = useState<IdentityConflict | null>(null);
  const items = list.pages?.flatMap((page) => page.items) ?? [];
  return (
    <main className="page" id="content">
      <h1>Identity Conflicts</h1>
      <p className="soft">
        Records whose key, GUID or district at the state no longer go together. Nothing is changed until a
        person of the state decides.
      </p>
      <ListView list={list} what="the conflicts" empty="No record’s identity is in doubt.">
        <div className="frame">
          <table className="table table--stack">
            <thead>
              <tr>
                <th scope="col">Object</th>
                <th scope="col">What is in doubt</th>
                <th scope="col" className="wide">
                  Key
                </th>
                <th scope="col" className="wide">
                  GUID
                </th>
                <th scope="col" className="wide">
                  Seen
                </th>
                <th scope="col">Way out</th>
              </tr>
            </thead>
            <tbody>
              {items.map((conflict) => (
                <ConflictRow key={conflict.id} conflict={conflict} onResolve={() => setResolving(conflict)} />
              ))}
            </tbody>
          </table>
        </div>
      </ListView>
      {resolving !== null && (
        <ResolveDialog
          districtId={district.id}
          conflict={resolving}
          onClose={() => setResolving(null)}
          onResolved={() => {
            setResolving(null);
            list.again();
          }}
        />
      )}
    </main>
  );
}

interface ConflictRowProps {
  readonly conflict: IdentityConflict;
  readonly onResolve: () => void;
}

function ConflictRow({ conflict, onResolve }: ConflictRowProps) {
  const { session, districts } = useSignedIn();
  const { object, code, key, formerKey, guid, side, heldBy, sentBy, resyncId, seenAt } = conflict;
  const nameOf = (id: string) => districts.find((district) => district.id === id)?.name ?? id;
  const whyNot =
    session.level !== 'state'
      ? 'A person of the state resolves it.'
      : !session.rights.includes('stateRequest')
        ? 'This needs the tool right stateRequest.'
        : side === 'holder'
          ? 'It is resolved at the district that sends it.'
          : null;
  return (
    <tr>
      <th scope="row">{resyncId === null ? object : <Link href={`/runs/${resyncId}`}>{object}</Link>}</th>
      <td>
        {conflictNames[code] ?? code}
        <div className="small soft">
          <span className="code">{code}</span>
          {heldBy !== null && ` held by ${nameOf(heldBy)}`}
          {side === 'holder' && sentBy !== null && ` sent by ${nameOf(sentBy)}`}
        </div>
      </td>
      <td className="wide code">
        {key === null ? '–' : key.join(', ')}
        {formerKey !== null && <div className="soft">was {formerKey.join(', ')}</div>}
      </td>
      <td className="wide code">{guid ?? '–'}</td>
      <td className="wide">
        <Time at={seenAt} />
      </td>
      <td>
        <Button onPress={onResolve} whyNot={whyNot}>
          {actionNames[conflict.action]}…
        </Button>
      </td>
    </tr>
  );
}
