import { useMutation } from '@tanstack/react-query';
import { useState } from 'react';
import { type DistrictAction, districtActions, rightOfAction } from '../../../../domain/district-action';
import { useSignedIn } from '../../../api/session';
import { Button } from '../../../parts/button';
import { Select } from '../../../parts/fields';
import { counted } from '../../../parts/format';
import { Failed } from '../../../parts/states';
import { districtsLike } from '../requests/choice';
import { ActDialog } from './act-dialog';
import { actionWords } from './action-words';

interface ActBarProps {
  readonly picked: ReadonlySet<string>;
  readonly onPick: (picked: ReadonlySet<string>) => void;
  /** The filter of the list, and how many districts fit it. */
  readonly filter: Readonly<Record<string, string>>;
  readonly total: number;
}

/** What the reader may do with many districts at once, and with which. */
export function ActBar({ picked, onPick, filter, total }: ActBarProps) {
  const { session } = useSignedIn();
  const mine = districtActions.filter((action) => session.rights.includes(rightOfAction[action]));
  const [action, setAction] = useState<DistrictAction>(mine[0] ?? 'verify');
  const [asking, setAsking] = useState(false);
  const all = useMutation({
    mutationFn: () => districtsLike(filter),
    onSuccess: (ids) => onPick(new Set(ids)),
  });
  return (
    <>
      <div className="bar" role="group" aria-label="Many districts">
        <Select
          label="With those ticked"
          value={action}
          onChange={(value) => setAction(value as DistrictAction)}
          options={mine.map((value) => ({ value, label: actionWords[value][0] }))}
        />
        <Button
          main
          onPress={() => setAsking(true)}
          whyNot={picked.size === 0 ? 'Tick at least one district.' : null}
        >
          {actionWords[action][0]}…
        </Button>
        <Button onPress={() => all.mutate()} whyNot={all.isPending ? 'They are being looked up.' : null}>
          Tick all {counted(total, 'district')}
        </Button>
        <span role="status" className="soft small">
          {counted(picked.size, 'district')} ticked
        </span>
      </div>
      {all.error && <Failed error={all.error} onAgain={() => all.mutate()} />}
      {asking && <ActDialog action={action} districts={[...picked]} onClose={() => setAsking(false)} />}
    </>
  );
}
