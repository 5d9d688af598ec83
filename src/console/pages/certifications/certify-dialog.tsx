import { useMutation, useQueryClient } from '@tanstack/react-query';
import { useState } from 'react';
import { useLocation } from 'wouter';
import { call } from '../../api/call';
import { useSignedIn } from '../../api/session';
import { Button } from '../../parts/button';
import { Dialog } from '../../parts/dialog';
import { Input, Select } from '../../parts/fields';
import { Failed } from '../../parts/states';

/** Certifies what the state holds of a district for a day of a report. */
export function CertifyDialog({ onClose }: { onClose: () => void }) {
  const { districts } = useSignedIn();
  const queries = useQueryClient();
  const [, navigate] = useLocation();
  const [district, setDistrict] = useState(districts[0]?.id ?? '');
  const [name, setName] = useState('');
  const [reportingDate, setReportingDate] = useState('');
  const [idempotencyKey] = useState(() => crypto.randomUUID());
  const certify = useMutation({
    mutationFn: () =>
      call('/certifications', {
        method: 'POST',
        body: { district, name: name.trim(), reportingDate },
        headers: { 'Idempotency-Key': idempotencyKey },
      }),
    onSuccess: ({ certificationId }) => {
      void queries.invalidateQueries({ queryKey: ['list', '/certifications'] });
      navigate(`/certifications/${certificationId}`);
    },
  });
  const whyNot =
    name.trim() === '' || reportingDate === ''
      ? 'Say for which report and which day.'
      : certify.isPending
        ? 'It is being asked for.'
        : null;
  return (
    <Dialog
      title="Certify what the state holds?"
      onClose={onClose}
      buttons={
        <>
          <Button onPress={onClose}>Cancel</Button>
          <Button main onPress={() => certify.mutate()} whyNot={whyNot}>
            Certify
          </Button>
        </>
      }
    >
      <p>
        Everything that the state holds of the district is counted and signed as it stands. A resync that runs
        is waited for.
      </p>
      <div className="filters">
        <Select
          label="District"
          value={district}
          onChange={setDistrict}
          options={districts.map((one) => ({ value: one.id, label: one.name }))}
        />
        <Input label="Report" value={name} onChange={setName} hint="as Fall membership count" />
        <Input label="For the day" type="date" value={reportingDate} onChange={setReportingDate} />
      </div>
      {certify.error && <Failed error={certify.error} onAgain={() => certify.mutate()} />}
    </Dialog>
  );
}
