import { useEffect, useRef } from "react";

/** A control that goes with its state, such as Pause or Discard, takes the focus with it: it moves to the headline of the run, or else to the
 *  plan, instead of falling to the body, where keys would begin at the top again. */
export function useKeptFocus() {
  const last = useRef<Element | null>(null);
  useEffect(() => {
    const note = ({ target }: FocusEvent) => {
      last.current = target instanceof Element ? target : null;
    };
    addEventListener("focusin", note);
    return () => removeEventListener("focusin", note);
  }, []);
  // After every drawing: whatever was drawn may have removed it.
  useEffect(() => {
    if (document.activeElement !== document.body || last.current === null || last.current.isConnected) return;
    last.current = null;
    (document.getElementById("run-title") ?? document.getElementById("plan"))?.focus();
  });
}
