import { Link } from 'wouter';
import { Button } from '../parts/button';
import { Dialog } from '../parts/dialog';
import type { NavEntry } from './entry';
import { otherKeys, treeKeys } from './single-keys';

interface KeyHelpProps {
  readonly entries: readonly NavEntry[];
  readonly onClose: () => void;
}

/** All keys, and where their letters are turned off. */
export function KeyHelp({ entries, onClose }: KeyHelpProps) {
  const pages = entries.flatMap(({ key, label }) =>
    key === undefined ? [] : [{ keys: ['g', key], does: label }],
  );
  return (
    <Dialog
      title="Keys"
      onClose={onClose}
      buttons={
        <Button main onPress={onClose}>
          Close
        </Button>
      }
    >
      <p className="small soft">
        Single letters get in the way of some who speak to their computer: turn them off in{' '}
        <Link href="/me" onClick={onClose}>
          Your settings
        </Link>
        .
      </p>
      <Keys title="Anywhere" rows={otherKeys} />
      <Keys title="Go to a page" rows={pages} />
      <Keys title="In the tree of objects" rows={treeKeys} />
    </Dialog>
  );
}

interface KeysProps {
  readonly title: string;
  readonly rows: readonly { readonly keys: readonly string[]; readonly does: string }[];
}

function Keys({ title, rows }: KeysProps) {
  return (
    <section>
      <h3>{title}</h3>
      <dl className="keys">
        {rows.map(({ keys, does }) => (
          <div key={does}>
            <dt>
              {keys.map((key) => (
                <kbd key={key}>{key}</kbd>
              ))}
            </dt>
            <dd>{does}</dd>
          </div>
        ))}
      </dl>
    </section>
  );
}
