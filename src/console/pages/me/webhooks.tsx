import { useMutation, useQuery, useQueryClient } from '@tanstack/react-query';
import { useState } from 'react';
import { noticeEvents } from '../../../domain/notices';
import type { Webhook, WebhookWithSecret } from '../../api/answers';
import { call } from '../../api/call';
import { Answer } from '../../parts/answer';
import { Button } from '../../parts/button';
import { Dialog } from '../../parts/dialog';
import { Failed } from '../../parts/states';
import { Status } from '../../parts/status';
import { WebhookDialog } from './webhook-dialog';

const key = ['webhooks'];

/** What can't be taken back: it is asked about first. */
interface Final {
  readonly webhook: Webhook;
  readonly how: 'delete' | 'secret';
}

/** Addresses that one's alerts are posted to. */
export function Webhooks() {
  const queries = useQueryClient();
  const [open, setOpen] = useState<Webhook | 'new' | null>(null);
  const [asked, setAsked] = useState<Final | null>(null);
  const [secret, setSecret] = useState<string | null>(null);
  const webhooks = useQuery({ queryKey: key, queryFn: () => call('/webhooks') });
  const renew = (): Promise<void> => queries.invalidateQueries({ queryKey: key });
  const act = useMutation({
    mutationFn: ({ webhook: { webhookId }, how }: Final) =>
      how === 'delete'
        ? call(`/webhooks/${webhookId}`, { method: 'DELETE' })
        : call(`/webhooks/${webhookId}/secret`, { method: 'POST' }),
    onSuccess: (made) => setSecret(made?.secret ?? null),
    onSettled: renew,
  });
  const saved = (one: Webhook | WebhookWithSecret): void => {
    setOpen(null);
    setSecret('secret' in one ? one.secret : null);
    void renew();
  };
  return (
    <section className="section" aria-label="Webhooks">
      <div className="page__head">
        <h2>Webhooks</h2>
        <Button onPress={() => setOpen('new')}>New webhook…</Button>
      </div>
      <p className="soft">
        Your alerts, posted to an address of another system and signed. Only that system and this service know
        the secret that it checks the signature with.
      </p>
      {secret !== null && (
        <div className="banner" role="status">
          <p>Copy the secret now: it is shown this once.</p>
          <p className="code">{secret}</p>
        </div>
      )}
      {act.error && <Failed error={act.error} onAgain={() => act.reset()} />}
      <Answer query={webhooks} what="your webhooks">
        {({ items }) =>
          items.length === 0 ? (
            <p>You have none.</p>
          ) : (
            <WebhookTable items={items} onEdit={setOpen} onAct={setAsked} />
          )
        }
      </Answer>
      {open !== null && (
        <WebhookDialog webhook={open === 'new' ? null : open} onClose={() => setOpen(null)} onSaved={saved} />
      )}
      {asked && <Asked {...asked} onClose={() => setAsked(null)} onSure={() => act.mutate(asked)} />}
    </section>
  );
}

function Asked({
  webhook,
  how,
  onClose,
  onSure,
}: Final & { readonly onClose: () => void; readonly onSure: () => void }) {
  const { title, word, why } = finalWords[how];
  return (
    <Dialog
      title={title}
      onClose={onClose}
      buttons={
        <>
          <Button onPress={onClose}>Leave it</Button>
          <Button
            main
            onPress={() => {
              onSure();
              onClose();
            }}
          >
            {word}
          </Button>
        </>
      }
    >
      <p className="webhook__url">{webhook.url}</p>
      <p>{why}</p>
    </Dialog>
  );
}

const finalWords = {
  delete: { title: 'Delete the webhook?', word: 'Delete', why: 'Nothing is posted to it any more.' },
  secret: {
    title: 'Make a new secret?',
    word: 'New secret',
    why: 'What is signed with the old one is refused there until the other system knows the new one.',
  },
} as const;

interface WebhookTableProps {
  readonly items: readonly Webhook[];
  readonly onEdit: (webhook: Webhook) => void;
  readonly onAct: (asked: Final) => void;
}

function WebhookTable({ items, onEdit, onAct }: WebhookTableProps) {
  return (
    <div className="frame">
      <table className="table table--stack">
        <thead>
          <tr>
            <th scope="col">Address</th>
            <th scope="col">Status</th>
            <th scope="col" className="wide">
              What is posted
            </th>
            <th scope="col">
              <span className="hidden">Change</span>
            </th>
          </tr>
        </thead>
        <tbody>
          {items.map((webhook) => (
            <tr key={webhook.webhookId}>
              <th scope="row" className="webhook__url">
                {webhook.url}
              </th>
              <td>
                {webhook.disabledAt === null ? (
                  <Status glyph="green">On</Status>
                ) : (
                  <Status glyph="failed">
                    Off<span className="small soft"> {webhook.disabledWhy}</span>
                  </Status>
                )}
              </td>
              <td className="wide">{whatOf(webhook)}</td>
              <td>
                <span className="acts">
                  <Act what="Edit" word="Edit…" url={webhook.url} onPress={() => onEdit(webhook)} />
                  <Act
                    what="New secret for"
                    word="New secret…"
                    url={webhook.url}
                    onPress={() => onAct({ webhook, how: 'secret' })}
                  />
                  <Act
                    what="Delete"
                    word="Delete…"
                    url={webhook.url}
                    onPress={() => onAct({ webhook, how: 'delete' })}
                  />
                </span>
              </td>
            </tr>
          ))}
        </tbody>
      </table>
    </div>
  );
}

interface ActProps {
  readonly what: string;
  readonly word: string;
  readonly url: string;
  readonly onPress: () => void;
}

function Act({ what, word, url, onPress }: ActProps) {
  return (
    <button type="button" className="button" aria-label={`${what} ${url}`} onClick={onPress}>
      {word}
    </button>
  );
}

function whatOf({ events, rules: { digest, onlyWorse, leastRecords } }: Webhook): string {
  return [
    events.length === noticeEvents.length ? 'all alerts' : `${events.length} kinds of alerts`,
    digest === null ? 'each at once' : `once a day at ${digest.at}`,
    onlyWorse ? 'only when it got worse' : '',
    leastRecords > 0 ? `from ${leastRecords} records on` : '',
  ]
    .filter((part) => part !== '')
    .join(', ');
}
