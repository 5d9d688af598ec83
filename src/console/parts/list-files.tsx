import { number } from './format';
import { withQuery } from './query';

interface ListFilesProps {
  /** Of the list, with what narrows it: the files have all pages of just that. */
  readonly path: string;
  readonly query: Readonly<Record<string, string>>;
  /** How many there are, where the API counted them. */
  readonly total?: number | undefined;
  readonly capped?: boolean | undefined;
}

/** How many a list has, and all of them as a file. */
export function ListFiles({ path, query, total, capped = false }: ListFilesProps) {
  const { cursor: _, limit: _limit, ...asked } = query;
  const file = (format: string) => `/api/v1${withQuery(path, { ...asked, format })}`;
  return (
    <p className="files small soft">
      {total === undefined ? 'All' : `${number(total)}${capped ? ' and more' : ' in all'}`}
      {' as '}
      <a href={file('csv')} download>
        CSV
      </a>{' '}
      <a href={file('xlsx')} download>
        XLSX
      </a>
    </p>
  );
}
