import { useState } from 'react';
import { Link } from 'wouter';
import type { District } from '../api/answers';
import { Button } from '../parts/button';
import { Dialog } from '../parts/dialog';
import { counted } from '../parts/format';
import type { NavEntry } from './entry';

interface GoToProps {
  readonly districts: readonly District[];
  readonly entries: readonly NavEntry[];
  /** Path of the page that is open. */
  readonly path: string;
  readonly onClose: () => void;
}

const mostShown = 12;
/** As ids of resyncs are. */
const resyncId = /^\d{8}-[0-9a-f]{10}$/;

/** Finds a district by its number, name or id, a page by its name, a resync by its id. */
export function GoTo({ districts, entries, path, onClose }: GoToProps) {
  const [text, setText] = useState('');
  const wanted = text.trim().toLowerCase();
  const found = districts.length > 1 ? districts.filter((district) => isMeant(district, wanted)) : [];
  const pages = entries.filter(({ label }) => wanted !== '' && label.toLowerCase().includes(wanted));
  const ids = resyncId.test(wanted) ? [wanted] : [];
  const targets = [
    ...ids.map((id) => ({ to: `/runs/${id}`, label: `Resync ${id}`, hint: '' })),
    ...pages.map(({ to, label, hint }) => ({ to, label, hint })),
    ...found.slice(0, mostShown).map(({ id, number, name }) => ({
      ...{ to: sameTool(path, id), label: name, hint: `${number} · ${id}` },
    })),
  ];
  return (
    <Dialog title="Go to" onClose={onClose} buttons={<Button onPress={onClose}>Close</Button>}>
      <form
        onSubmit={(event) => {
          event.preventDefault();
          event.currentTarget.querySelector<HTMLAnchorElement>('li a')?.click();
        }}
      >
        <label className="labelled">
          {districts.length > 1
            ? 'District (number, name or id), page, or id of a resync'
            : 'Page, or id of a resync'}
          <input
            className="field"
            type="search"
            spellCheck={false}
            value={text}
            onChange={({ target }) => setText(target.value)}
          />
        </label>
        <p role="status" className="small soft">
          {wanted !== '' && targets.length === 0 && 'Nothing is called this.'}
          {found.length > mostShown &&
            `${counted(found.length, 'district')}; the first ${mostShown} are shown. Enter goes to the first.`}
          {targets.length > 0 && found.length <= mostShown && 'Enter goes to the first.'}
        </p>
        <ul className="goto">
          {targets.map(({ to, label, hint }) => (
            <li key={to}>
              <Link href={to} onClick={onClose}>
                <strong>{label}</strong> <span className="small soft">{hint}</span>
              </Link>
            </li>
          ))}
        </ul>
      </form>
    </Dialog>
  );
}

function isMeant({ id, number, name }: District, wanted: string): boolean {
  return [id.toLowerCase(), String(number), name.toLowerCase()].some((known) => known.includes(wanted));
}

/** Of another district the same page, where it has one of its own. */
function sameTool(path: string, district: string): string {
  const tool = /^\/d\/[^/]+\/([a-z]+)$/.exec(path)?.[1] ?? 'batch';
  return `/d/${district}/${tool}`;
}
