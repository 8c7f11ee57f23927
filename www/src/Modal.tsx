import { type ReactNode, useEffect, useRef } from "react";
import { number, plural, span } from "./days";
import type { PlanView } from "./model";
import type { PlanState } from "./usePlan";

/** The platform's dialog: modal, closed by Escape, the focus goes back to where it was. What
 *  is marked `data-first` has the focus at first: the safe choice. */
export function Modal({
  title,
  onClose,
  children,
  className,
}: {
  title: string;
  onClose: () => void;
  children: ReactNode;
  className?: string;
}) {
  const dialog = useRef<HTMLDialogElement>(null);
  useEffect(() => {
    const element = dialog.current;
    element?.showModal();
    element?.querySelector<HTMLElement>("[data-first]")?.focus();
    return () => element?.close();
  }, []);
  return (
    <dialog ref={dialog} className={className} aria-label={title} onClose={onClose}>
      <header>
        <h2>{title}</h2>
        <button type="button" className="icon" aria-label="Close" onClick={onClose}>
          ×
        </button>
      </header>
      {children}
    </dialog>
  );
}

/** Asked before more than this many runs, or before any successful result is replaced. */
export const MANY = 500;

export const needsConfirmation = (plan: PlanView) =>
  plan.total - plan.counts.skip > MANY || plan.replaced > 0;

export function ConfirmRun(props: {
  plan: PlanView;
  estimate: PlanState["estimate"];
  lanes: number;
  onRun: () => void;
  onClose: () => void;
}) {
  const { plan, estimate, lanes, onRun, onClose } = props;
  const starting = plan.total - plan.counts.skip;
  return (
    <Modal title={`Start ${plural(starting, "run")}?`} onClose={onClose}>
      <p>
        {estimate && `About ${span(estimate.makespan)} with ${plural(lanes, "lane")}. `}
        {plan.replaced > 0 && <b>{plural(plan.replaced, "successful result")} will be replaced.</b>}
      </p>
      <div className="buttons">
        <button type="button" data-first onClick={onClose}>
          Cancel
        </button>
        <button
          type="button"
          className="primary"
          onClick={() => {
            onClose();
            onRun();
          }}
        >
          Start {number(starting)}
        </button>
      </div>
    </Modal>
  );
}

export function CancelRun(props: {
  running: number;
  onFinish: () => void;
  onAbort: () => void;
  onClose: () => void;
}) {
  const { running, onFinish, onAbort, onClose } = props;
  const choose = (action: () => void) => () => {
    onClose();
    action();
  };
  return (
    <Modal title="Cancel this backfill?" onClose={onClose}>
      <p>
        What is not started is marked canceled. Both keep the records, and a later backfill can go on from
        them.
      </p>
      <div className="buttons">
        <button type="button" data-first onClick={onClose}>
          Go on running
        </button>
        <button type="button" onClick={choose(onFinish)}>
          Stop after the {number(running)} running
        </button>
        <button type="button" className="danger" onClick={choose(onAbort)}>
          Stop now, mark {number(running)} canceled
        </button>
      </div>
    </Modal>
  );
}

/** Asked before something is lost for good. */
export function ConfirmLoss(props: {
  title: string;
  text: string;
  label: string;
  onConfirm: () => void;
  onClose: () => void;
}) {
  const { title, text, label, onConfirm, onClose } = props;
  return (
    <Modal title={title} onClose={onClose}>
      <p>{text}</p>
      <div className="buttons">
        <button type="button" data-first onClick={onClose}>
          Keep
        </button>
        <button
          type="button"
          className="danger"
          onClick={() => {
            onClose();
            onConfirm();
          }}
        >
          {label}
        </button>
      </div>
    </Modal>
  );
}
