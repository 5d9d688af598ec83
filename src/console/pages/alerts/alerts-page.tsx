import { useState } from 'react';
import { alertCategories } from '../../../domain/alert-categories';
import { alertsPath, useUnreadAlerts } from '../../api/alerts';
import { useSignedIn } from '../../api/session';
import { Button } from '../../parts/button';
import { Select, Tick } from '../../parts/fields';
import { counted, number } from '../../parts/format';
import { NeedsRight } from '../../parts/needs-right';
import { ListView, usePaged } from '../../parts/paged';
import { PeriodFields, periodFilters, usePeriod } from '../../parts/period-fields';
import { SearchField } from '../../parts/search-field';
import { Failed } from '../../parts/states';
import { useUrlFilters } from '../../parts/url-filters';
import { Messages } from './messages';
import { useAlertChanges } from './use-alert-changes';

const filters = ['q', 'category', 'district', 'unread', ...periodFilters] as const;
const none: ReadonlySet<number> = new Set();

/** `/alerts`: Process Alerts, read and deleted for oneself. */
export function AlertsPage() {
  return (
    <NeedsRight title="Process Alerts" rights={['processAlerts']}>
      <Alerts />
    </NeedsRight>
  );
}

function Alerts() {
  const url = useUrlFilters(filters);
  const changes = useAlertChanges();
  const [picked, setPicked] = useState(none);
  const query = {
    ...{ q: url.of('q'), category: url.of('category'), district: url.of('district') },
    ...{ unread: url.of('unread'), ...usePeriod(url), limit: '100' },
  };
  const list = usePaged(alertsPath, query, 'alerts');
  const items = list.pages?.flatMap((page) => page.items) ?? [];
  // What a filter has taken out of sight is neither read nor deleted.
  const ids = items.map(({ alertId }) => alertId).filter((id) => picked.has(id));
  const whyNot = ids.length === 0 ? 'Tick at least one message.' : changes.busy ? 'It is being done.' : null;
  return (
    <main className="page" id="content">
      <div className="page__head">
        <h1>Process Alerts</h1>
        <Unread />
      </div>
      <Filters url={url} />
      <div className="bar">
        <Button onPress={() => changes.read(ids.slice(0, mostAtOnce))} whyNot={whyNot}>
          Mark read
        </Button>
        <Button onPress={() => changes.remove(ids.slice(0, mostAtOnce))} whyNot={whyNot}>
          Delete Selected Messages
        </Button>
        <span role="status">
          {changes.deleted.length > 0 && (
            <>
              {counted(changes.deleted.length, 'message')} deleted for you.{' '}
              <Button onPress={changes.undo} whyNot={changes.busy ? 'It is being done.' : null}>
                Undo
              </Button>
            </>
          )}
        </span>
      </div>
      {changes.error !== null && <Failed error={changes.error} onAgain={list.again} />}
      <ListView
        list={list}
        what="the messages"
        empty="No message yet. Ends of resyncs are told here."
        onClear={url.any ? url.clear : null}
        moreWord="Older messages"
      >
        <Messages items={items} picked={picked} onPick={setPicked} onOpen={(id) => changes.read([id])} />
      </ListView>
    </main>
  );
}

/** As many as one request takes. */
const mostAtOnce = 500;

function Unread() {
  const count = useUnreadAlerts();
  if (count === null) return null;
  return (
    <span className="soft" role="status">
      {count.unread === 0 ? 'All read' : `${number(count.unread)}${count.capped ? '+' : ''} unread`}
    </span>
  );
}

function Filters({ url }: { url: ReturnType<typeof useUrlFilters> }) {
  const { districts } = useSignedIn();
  return (
    <div className="filters" role="group" aria-label="Filters">
      <Select
        label="Process"
        value={url.of('category')}
        onChange={(value) => url.set('category', value)}
        none="all"
        options={Object.values(alertCategories).map((value) => ({ value, label: value }))}
      />
      {districts.length > 1 && (
        <Select
          label="District"
          value={url.of('district')}
          onChange={(value) => url.set('district', value)}
          none="all"
          options={districts.map(({ id, name }) => ({ value: id, label: name }))}
        />
      )}
      <PeriodFields {...url} />
      <SearchField label="Find Messages" value={url.of('q')} onSearch={(text) => url.set('q', text)} />
      <Tick
        label="Unread only"
        ticked={url.of('unread') === 'true'}
        onChange={(ticked) => url.set('unread', ticked ? 'true' : '')}
      />
    </div>
  );
}
