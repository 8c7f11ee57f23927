import { englishDuration } from "dagfill/planning";
import { type ReactNode, useLayoutEffect, useRef } from "react";
import { number, plural } from "./days";
import type { PlanView } from "./model";
import type { PlanState } from "./usePlan";

/** The platform's dialog: modal, closed by Escape, the focus goes back to where it was. The
 *  element that is marked `data-first` has the focus at first: the safe choice. */
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
  // In the layout phase: the browser gives the focus back only while the dialog is in the document.
  useLayoutEffect(() => {
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

interface Answer {
  label: string;
  className?: "primary" | "danger";
  act: () => void;
}

/** Asks before something happens. `keep` is the safe answer, which has the focus at first; the others close the dialog, then act. */
function Question(props: {
  title: string;
  keep: string;
  answers: Answer[];
  onClose: () => void;
  children: ReactNode;
}) {
  const { title, keep, answers, onClose, children } = props;
  return (
    <Modal title={title} onClose={onClose}>
      <p>{children}</p>
      <div className="buttons">
        <button type="button" data-first onClick={onClose}>
          {keep}
        </button>
        {answers.map(({ label, className, act }) => (
          <button
            key={label}
            type="button"
            className={className}
            onClick={() => {
              onClose();
              act();
            }}
          >
            {label}
          </button>
        ))}
      </div>
    </Modal>
  );
}

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
    <Question
      title={`Start ${plural(starting, "run")}?`}
      keep="Cancel"
      answers={[{ label: `Start ${number(starting)}`, className: "primary", act: onRun }]}
      onClose={onClose}
    >
      {estimate && `About ${englishDuration(estimate.makespan)} with ${plural(lanes, "lane")}. `}
      {plan.replaced > 0 && <b>{plural(plan.replaced, "successful result")} will be replaced. </b>}
      Simulated: no command is run.
    </Question>
  );
}

export function CancelRun(props: {
  running: number;
  onFinish: () => void;
  onAbort: () => void;
  onClose: () => void;
}) {
  const { running, onFinish, onAbort, onClose } = props;
  // Where nothing runs, as in a pause, the two ways to stop are one.
  const answers: Answer[] =
    running === 0
      ? [{ label: "Stop it", className: "danger", act: onFinish }]
      : [
          { label: `Stop after the ${number(running)} running`, act: onFinish },
          { label: `Stop now, mark ${number(running)} canceled`, className: "danger", act: onAbort },
        ];
  return (
    <Question
      title="Cancel this backfill?"
      keep={running === 0 ? "Keep it" : "Go on running"}
      answers={answers}
      onClose={onClose}
    >
      What is not started is marked canceled. The records stay, and a later backfill can go on from them.
    </Question>
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
    <Question
      title={title}
      keep="Keep"
      answers={[{ label, className: "danger", act: onConfirm }]}
      onClose={onClose}
    >
      {text}
    </Question>
  );
}
