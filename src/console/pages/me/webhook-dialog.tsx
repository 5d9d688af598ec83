import { useMutation } from '@tanstack/react-query';
import { useState } from 'react';
import { noticeEvents, tellAll } from '../../../domain/notices';
import type { Webhook, WebhookWithSecret } from '../../api/answers';
import { call, ifStill } from '../../api/call';
import { Button } from '../../parts/button';
import { Dialog } from '../../parts/dialog';
import { Input } from '../../parts/fields';
import { Failed } from '../../parts/states';
import { NoticeFields } from './notice-fields';

interface WebhookDialogProps {
  /** `null`: a new one. */
  readonly webhook: Webhook | null;
  readonly onClose: () => void;
  /** It is stored; a new one with the secret that is shown this once. */
  readonly onSaved: (saved: Webhook | WebhookWithSecret) => void;
}

/** Where alerts are posted to, and which. */
export function WebhookDialog({ webhook, onClose, onSaved }: WebhookDialogProps) {
  const [draft, setDraft] = useState(
    (): Pick<Webhook, 'url' | 'events' | 'rules'> =>
      webhook ?? { url: '', events: noticeEvents, rules: tellAll },
  );
  const { url, events, rules } = draft;
  const change = (part: Partial<typeof draft>): void => setDraft({ ...draft, ...part });
  const save = useMutation({
    mutationFn: () => {
      const body = { url: url.trim(), events, rules };
      if (webhook === null) return call('/webhooks', { method: 'POST', body });
      return call(`/webhooks/${webhook.webhookId}`, {
        ...{ method: 'PUT', body },
        headers: ifStill(webhook.version),
      });
    },
    onSuccess: onSaved,
  });
  const missing = !URL.canParse(url.trim())
    ? 'Say to which address.'
    : events.length === 0
      ? 'Tick at least one kind of alert.'
      : null;
  return (
    <Dialog
      title={webhook === null ? 'New webhook' : 'Change the webhook'}
      onClose={onClose}
      buttons={
        <>
          <Button onPress={onClose}>Cancel</Button>
          <Button main onPress={() => save.mutate()} whyNot={save.isPending ? 'It is being saved.' : missing}>
            Save
          </Button>
        </>
      }
    >
      <div className="section">
        <Input
          label="Address"
          type="url"
          value={url}
          onChange={(text) => change({ url: text })}
          hint="https://…; what is posted there is signed"
        />
        <NoticeFields together="post" events={events} rules={rules} onChange={change} />
      </div>
      {webhook?.disabledAt != null && <p>It was switched off, and is switched on again by saving.</p>}
      {save.error && <Failed error={save.error} onAgain={() => save.mutate()} />}
    </Dialog>
  );
}
