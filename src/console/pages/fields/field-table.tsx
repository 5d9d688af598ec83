import { Link } from 'wouter';
import { type FieldOwner, fieldOwners } from '../../../domain/field-ownership';
import { number } from '../../parts/format';
import { Time } from '../../parts/zone';
import type { FieldSettings, ShownField } from '../../api/answers';

/** A field with the object that has it. */
export interface ObjectField extends ShownField {
  readonly object: string;
}

interface ObjectsTableProps {
  readonly items: FieldSettings['items'];
  readonly pathOf: (object: string) => string;
}

/** How many fields of each object are whose. */
export function ObjectsTable({ items, pathOf }: ObjectsTableProps) {
  return (
    <div className="frame">
      <table className="table table--stack">
        <thead>
          <tr>
            <th scope="col">Object</th>
            <th scope="col" className="number">
              Fields
            </th>
            <th scope="col" className="number">
              The state’s
            </th>
            <th scope="col" className="number">
              Set otherwise
            </th>
          </tr>
        </thead>
        <tbody>
          {items.map(({ object, fields }) => (
            <tr key={object}>
              <th scope="row">
                <Link href={pathOf(object)}>{object}</Link>
              </th>
              <td className="number">{number(fields.length)}</td>
              <td className="number">{number(fields.filter(({ owner }) => owner === 'state').length)}</td>
              <td className="number">
                {number(fields.filter(({ owner, default: usual }) => owner !== usual).length)}
              </td>
            </tr>
          ))}
        </tbody>
      </table>
    </div>
  );
}

interface FieldTableProps {
  readonly fields: readonly ObjectField[];
  readonly ownerOf: (field: ObjectField) => FieldOwner;
  /** `null`: the reader changes nothing. */
  readonly onChoose: ((field: ObjectField, owner: FieldOwner) => void) | null;
}

/** Fields and whose they are. */
export function FieldTable({ fields, ownerOf, onChoose }: FieldTableProps) {
  return (
    <div className="frame">
      <table className="table table--stack">
        <thead>
          <tr>
            <th scope="col">Field</th>
            <th scope="col">Owner</th>
            <th scope="col" className="wide">
              By default
            </th>
            <th scope="col" className="wide">
              Set
            </th>
          </tr>
        </thead>
        <tbody>
          {fields.map((field) => (
            <tr key={`${field.object}.${field.field}`}>
              <th scope="row" className="code">
                {field.object}.{field.field}
              </th>
              <td>
                <Owner field={field} owner={ownerOf(field)} onChoose={onChoose} />
              </td>
              <td className="wide">{ownerNames[field.default]}</td>
              <td className="wide">
                {field.changedAt === null ? (
                  '–'
                ) : (
                  <>
                    <Time at={field.changedAt} /> by {field.changedBy}
                  </>
                )}
              </td>
            </tr>
          ))}
        </tbody>
      </table>
    </div>
  );
}

/** How owners are called on the page. */
export const ownerNames: Record<FieldOwner, string> = { district: 'the district', state: 'the state' };

interface OwnerProps {
  readonly field: ObjectField;
  readonly owner: FieldOwner;
  readonly onChoose: FieldTableProps['onChoose'];
}

function Owner({ field, owner, onChoose }: OwnerProps) {
  if (field.whyNot !== null)
    return (
      <>
        {ownerNames[owner]}
        <div className="small soft">fixed: {field.whyNot}</div>
      </>
    );
  if (onChoose === null) return <>{ownerNames[owner]}</>;
  return (
    <select
      className="field"
      aria-label={`Owner of ${field.object}.${field.field}`}
      value={owner}
      onChange={({ target }) => onChoose(field, target.value as FieldOwner)}
    >
      {fieldOwners.map((one) => (
        <option key={one} value={one}>
          {ownerNames[one]}
        </option>
      ))}
    </select>
  );
}
