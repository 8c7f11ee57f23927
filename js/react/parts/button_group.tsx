// biome-ignore-all lint/a11y/useSemanticElements: a group of buttons is no fieldset.
// A group of buttons, in whose place a question may stand: the focus stays among them, and Escape takes the question back.
import type { KeyboardEvent, ReactNode } from "react";
import { useFocusKept } from "./use_focus_kept.js";

interface ButtonGroupProps {
  label: string;
  /** Another text whenever other buttons are shown. */
  state: string;
  /** Takes the question back; null while there is none. */
  dismiss: (() => void) | null;
  children: ReactNode;
}

export function ButtonGroup({ label, state, dismiss, children }: ButtonGroupProps) {
  const focus = useFocusKept<HTMLDivElement>(state);
  const onKeyDown = (event: KeyboardEvent) => {
    if (event.key !== "Escape" || dismiss === null) return;
    event.stopPropagation();
    dismiss();
  };
  return (
    <div className="dagfill-controls" role="group" aria-label={label} onKeyDown={onKeyDown} {...focus}>
      {children}
    </div>
  );
}

interface ButtonProps {
  onClick: () => unknown;
  isPrimary?: boolean;
  isDisabled?: boolean;
  children: ReactNode;
}

export function Button({ onClick, isPrimary, isDisabled, children }: ButtonProps) {
  return (
    <button
      type="button"
      className={isPrimary ? "dagfill-primary" : undefined}
      disabled={isDisabled}
      onClick={() => void onClick()}
    >
      {children}
    </button>
  );
}
