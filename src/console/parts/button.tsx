import { type ReactNode, useId } from 'react';

interface ButtonProps {
  readonly onPress: () => void;
  readonly children: ReactNode;
  readonly main?: boolean;
  /** Why it can't be pressed now: it stays reachable, and says so. */
  readonly whyNot?: string | null;
}

/** A button that tells why when it can't be pressed. */
export function Button({ onPress, children, main = false, whyNot = null }: ButtonProps) {
  const reason = useId();
  return (
    <>
      <button
        type="button"
        className={main ? 'button button--main' : 'button'}
        aria-disabled={whyNot !== null}
        aria-describedby={whyNot === null ? undefined : reason}
        title={whyNot ?? undefined}
        onClick={() => {
          if (whyNot === null) onPress();
        }}
      >
        {children}
      </button>
      {whyNot !== null && (
        <span id={reason} className="hidden">
          {whyNot}
        </span>
      )}
    </>
  );
}
