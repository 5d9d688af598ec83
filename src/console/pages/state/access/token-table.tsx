import type { Token } from '../../../api/answers';
import { Status } from '../../../parts/status';
import { Time } from '../../../parts/zone';

interface TokenTableProps {
  readonly tokens: readonly Token[];
  readonly onRevoke: (tokenId: string) => void;
}

/** Tokens without their secrets. */
export function TokenTable({ tokens, onRevoke }: TokenTableProps) {
  return (
    <div className="frame">
      <table className="table table--stack">
        <thead>
          <tr>
            <th scope="col">For</th>
            <th scope="col">Status</th>
            <th scope="col" className="wide">
              Made
            </th>
            <th scope="col" className="wide">
              Valid until
            </th>
            <th scope="col" className="wide">
              Last used
            </th>
            <th scope="col">
              <span className="hidden">Revoke</span>
            </th>
          </tr>
        </thead>
        <tbody>
          {tokens.map((token) => (
            <tr key={token.tokenId}>
              <th scope="row">
                {token.label} <span className="code soft">{token.tokenId}</span>
              </th>
              <td>
                <TokenStatus token={token} />
              </td>
              <td className="wide">
                <Time at={token.createdAt} />
              </td>
              <td className="wide">
                {token.expiresAt === null ? 'for ever' : <Time at={token.expiresAt} />}
              </td>
              <td className="wide">{token.lastUsedAt === null ? 'never' : <Time at={token.lastUsedAt} />}</td>
              <td>
                {token.revokedAt === null && (
                  <button
                    type="button"
                    className="button"
                    aria-label={`Revoke ${token.label}`}
                    onClick={() => onRevoke(token.tokenId)}
                  >
                    Revoke
                  </button>
                )}
              </td>
            </tr>
          ))}
        </tbody>
      </table>
    </div>
  );
}

function TokenStatus({ token: { revokedAt, expiresAt } }: { token: Token }) {
  if (revokedAt !== null) return <Status glyph="skipped">Revoked</Status>;
  if (expiresAt !== null && Date.parse(expiresAt) < Date.now())
    return <Status glyph="skipped">Expired</Status>;
  return <Status glyph="green">Valid</Status>;
}
