import { useMutation, useQuery } from '@tanstack/react-query';
import { useState } from 'react';
import type { DistrictImport } from '../../../api/answers';
import { call } from '../../../api/call';
import { Button } from '../../../parts/button';
import { Dialog } from '../../../parts/dialog';
import { counted } from '../../../parts/format';
import { Failed } from '../../../parts/states';

const refreshMs = 500;

/** A file of districts: first what would come of each line, then it is done. */
export function ImportDialog({ onClose }: { onClose: () => void }) {
  const [csv, setCsv] = useState<string | null>(null);
  const start = useMutation({
    mutationFn: (dryRun: boolean) => call('/district-imports', { method: 'POST', body: { csv, dryRun } }),
  });
  const importId = start.data?.importId;
  const found = useQuery({
    queryKey: ['district-import', importId],
    queryFn: () => call(`/district-imports/${importId}`),
    enabled: importId !== undefined,
    refetchInterval: ({ state }) => (state.data?.status === 'accepted' || !state.data ? refreshMs : false),
  });
  const told = found.data ?? null;
  const isBusy = start.isPending || (importId !== undefined && (told === null || told.status === 'accepted'));
  const ended = told !== null && told.status !== 'accepted' ? told : null;
  const isDone = ended !== null && !ended.dryRun;
  const whyNot = csv === null ? 'Choose a file.' : isBusy ? 'It is being tested.' : null;
  const failed = start.error ?? found.error;
  return (
    <Dialog
      title="Import districts"
      onClose={onClose}
      buttons={
        <>
          <Button onPress={onClose}>{isDone ? 'Close' : 'Cancel'}</Button>
          {!isDone && (
            <>
              <Button main={ended === null} onPress={() => start.mutate(true)} whyNot={whyNot}>
                Look first
              </Button>
              {ended !== null && (
                <Button main onPress={() => start.mutate(false)} whyNot={whyNot}>
                  Import
                </Button>
              )}
            </>
          )}
        </>
      }
    >
      <label className="labelled">
        CSV file
        <input
          type="file"
          className="field"
          accept=".csv,text/csv"
          onChange={({ target }) => {
            start.reset();
            void target.files?.[0]?.text().then(setCsv);
          }}
        />
        <span className="small soft">
          with the columns id, number, name, schoolYear, and databaseUrl, databaseFile or databaseVariable
        </span>
      </label>
      <div role="status">
        {isBusy && <p>{told === null ? 'Reading …' : `${told.counts.waiting} to go …`}</p>}
        {ended && <p>{summaryOf(ended)}</p>}
      </div>
      {ended && <Refused found={ended} />}
      {failed && <Failed error={failed} onAgain={() => start.reset()} />}
    </Dialog>
  );
}

function summaryOf({ dryRun, counts }: DistrictImport): string {
  const { lines, registered, changed, unchanged, refused } = counts;
  const words = `${registered} registered, ${changed} changed, ${unchanged} unchanged, ${refused} refused`;
  return `${counted(lines, 'line')}${dryRun ? ' would be' : ''}: ${words}.`;
}

function Refused({ found: { lines } }: { found: DistrictImport }) {
  const refused = lines.filter(({ status }) => status === 'refused');
  if (refused.length === 0) return null;
  return (
    <ul aria-label="Lines that are refused">
      {refused.map(({ line, districtId, message }) => (
        <li key={line}>
          Line {line}
          {districtId !== null && `, ${districtId}`}: {message}
        </li>
      ))}
    </ul>
  );
}
