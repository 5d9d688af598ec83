import { type ReactNode, useId, useState } from 'react';

interface ButtonProps {
  readonly onPress: () => void;
  readonly children: ReactNode;
  readonly main?: boolean;
  /** Why it can't be pressed now: it stays reachable, and says so when pointed at or pressed. */
  readonly whyNot?: string | null;
}

/** A button that tells why when it can't be pressed. */
export function Button({ onPress, children, main = false, whyNot = null }: ButtonProps) {
  const reason = useId();
  // Nobody points at anything on a phone.
  const [asked, setAsked] = useState(false);
  return (
    <span className="told">
      <button
        type="button"
        className={main ? 'button button--main' : 'button'}
        aria-disabled={whyNot !== null}
        aria-describedby={whyNot === null ? undefined : reason}
        title={whyNot ?? undefined}
        onClick={() => {
          setAsked(whyNot !== null);
          if (whyNot === null) onPress();
        }}
      >
        {children}
      </button>
      {whyNot !== null && (
        <span id={reason} className={asked ? 'small soft' : 'hidden'} role={asked ? 'status' : undefined}>
          {whyNot}
        </span>
      )}
    </span>
  );
}
