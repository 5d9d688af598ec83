import { useMutation, useQueryClient } from '@tanstack/react-query';
import { useState } from 'react';
import { useLocation } from 'wouter';
import type { Level } from '../../../../domain/rights';
import { useSignedIn } from '../../../api/session';
import { call } from '../../../api/call';
import { Button } from '../../../parts/button';
import { Dialog } from '../../../parts/dialog';
import { Failed } from '../../../parts/states';

/** Makes somebody who may sign in; what they may do is ticked afterwards. */
export function NewPersonDialog({ onClose }: { onClose: () => void }) {
  const { session, districts } = useSignedIn();
  const queries = useQueryClient();
  const [, navigate] = useLocation();
  const [name, setName] = useState('');
  const [level, setLevel] = useState<Level>('district');
  const [district, setDistrict] = useState(districts[0]?.id ?? '');
  const [all, setAll] = useState(true);
  const everywhere = level === 'state' && all;
  const make = useMutation({
    mutationFn: () =>
      call('/principals', {
        method: 'POST',
        body: { name: name.trim(), level, districts: everywhere ? null : [district], rights: [] },
      }),
    onSuccess: ({ principalId }) => {
      void queries.invalidateQueries({ queryKey: ['list', '/principals'] });
      navigate(`/admin/principals/${principalId}`);
    },
  });
  const whyNot = make.isPending ? 'It is being done.' : name.trim() === '' ? 'Give a name.' : null;
  return (
    <Dialog
      title="New person or service"
      onClose={onClose}
      buttons={
        <>
          <Button onPress={onClose}>Cancel</Button>
          <Button main onPress={() => make.mutate()} whyNot={whyNot}>
            Make
          </Button>
        </>
      }
    >
      <div className="form">
        <label>
          Name
          <input
            className="field"
            maxLength={100}
            value={name}
            onChange={({ target }) => setName(target.value)}
          />
        </label>
        {session.level === 'state' && (
          <label>
            Belongs to
            <select
              className="field"
              value={level}
              onChange={({ target }) => setLevel(target.value === 'state' ? 'state' : 'district')}
            >
              <option value="district">a district</option>
              <option value="state">the state</option>
            </select>
          </label>
        )}
        {level === 'state' && (
          <label className="choice">
            <input
              type="checkbox"
              className="tick"
              checked={all}
              onChange={({ target }) => setAll(target.checked)}
            />
            For all districts
          </label>
        )}
        {!everywhere && (
          <label>
            District
            <select className="field" value={district} onChange={({ target }) => setDistrict(target.value)}>
              {districts.map(({ id, name: named }) => (
                <option key={id} value={id}>
                  {named}
                </option>
              ))}
            </select>
          </label>
        )}
      </div>
      <p className="soft">Next you tick what they may do, and make a token to sign in with.</p>
      {make.error && <Failed error={make.error} onAgain={() => make.mutate()} />}
    </Dialog>
  );
}
