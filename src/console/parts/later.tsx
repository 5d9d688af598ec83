import { type ComponentType, useEffect, useState } from 'react';
import { Failed, Loading } from './states';

/**
 * A page whose script is loaded when it is first opened. Not React's lazy(): once its fallback is
 * on the screen, React leaves it there for 300 ms, however soon the page is there.
 */
export function later<Props extends object>(load: () => Promise<ComponentType<Props>>): ComponentType<Props> {
  let Page: ComponentType<Props> | null = null;
  return function Later(props: Props) {
    const [state, setState] = useState<{ readonly error: Error | null }>({ error: null });
    useEffect(() => {
      if (Page !== null || state.error !== null) return;
      let here = true;
      load().then(
        (page) => {
          Page = page;
          if (here) setState({ error: null });
        },
        (error: Error) => {
          if (here) setState({ error });
        },
      );
      return () => {
        here = false;
      };
    }, [state]);
    if (Page !== null) return <Page {...props} />;
    if (state.error === null) return <Loading what="the page" />;
    // The script may be of a version that is gone: only the page as a whole brings the present one.
    return <Failed error={state.error} onAgain={() => location.reload()} />;
  };
}
