import type { District } from '../../api/answers';
import { ListView, usePaged } from '../../parts/paged';
import { Time } from '../../parts/zone';
import { ownerNames } from './field-table';

/** Every change of an owner, newest first. */
export function FieldChanges({ district }: { district: District }) {
  const path = `/districts/${district.id}/field-settings/changes` as const;
  const list = usePaged(path, { limit: '100' }, null);
  return (
    <ListView list={list} what="the changes" empty="No owner has been changed yet." moreWord="Older changes">
      <div className="frame">
        <table className="table table--stack">
          <thead>
            <tr>
              <th scope="col">When</th>
              <th scope="col">Field</th>
              <th scope="col">Owner</th>
              <th scope="col" className="wide">
                By
              </th>
            </tr>
          </thead>
          <tbody>
            {list.pages
              ?.flatMap(({ items }) => items)
              .map(({ object, field, ownerBefore, owner, changedBy, changedAt }) => (
                <tr key={`${changedAt} ${object}.${field}`}>
                  <td>
                    <Time at={changedAt} />
                  </td>
                  <th scope="row" className="code">
                    {object}.{field}
                  </th>
                  <td>
                    {ownerNames[ownerBefore]} → {ownerNames[owner]}
                  </td>
                  <td className="wide">{changedBy}</td>
                </tr>
              ))}
          </tbody>
        </table>
      </div>
    </ListView>
  );
}
