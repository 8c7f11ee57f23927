import { lazy, type ReactNode, Suspense } from "react";
import type { Flavour } from "./flavours";
import { CancelRun, ConfirmLoss, ConfirmRun, Modal } from "./Modal";
import type { Draft, StoredBackfill } from "./model";
import type { RunModel } from "./runModel";
import type { PlanState } from "./usePlan";

const CodeDialog = lazy(() => import("./Share").then((part) => ({ default: part.CodeDialog })));
const LinkDialog = lazy(() => import("./Share").then((part) => ({ default: part.LinkDialog })));

/** The dialog that is open. */
export type Open =
  | { name: "confirm" }
  | { name: "cancel" }
  | { name: "form" }
  | { name: "forget" }
  | { name: "discard"; one: StoredBackfill }
  | { name: "link" }
  | { name: "code"; flavour: Flavour };

export interface DialogsProps {
  open: Open;
  close: () => void;
  draft: Draft;
  plan: PlanState;
  run: RunModel | null;
  form: ReactNode;
  start: () => void;
  link: (conf: boolean) => Promise<string>;
  actions: {
    finish: () => void;
    abort: () => void;
    forget: () => void;
    discard: (one: StoredBackfill) => void;
  };
}

export function Dialogs(props: DialogsProps) {
  return <Suspense>{dialog(props)}</Suspense>;
}

function dialog({ open, close, draft, plan, run, form, start, link, actions }: DialogsProps) {
  switch (open.name) {
    case "form":
      return (
        <Modal title="Edit plan" className="sheet" onClose={close}>
          {form}
        </Modal>
      );
    case "confirm":
      return (
        plan.plan && <ConfirmRun plan={plan.plan} lanes={draft.parallel} onRun={start} onClose={close} />
      );
    case "cancel":
      return (
        run && (
          <CancelRun
            running={run.progress.running}
            onFinish={actions.finish}
            onAbort={actions.abort}
            onClose={close}
          />
        )
      );
    case "forget":
      return (
        <ConfirmLoss
          title="Forget all records?"
          text="Every run and backfill that this browser has recorded for this page is deleted. That cannot be undone."
          label="Forget them"
          onConfirm={actions.forget}
          onClose={close}
        />
      );
    case "discard":
      return (
        <ConfirmLoss
          title="Discard this backfill?"
          text="It cannot be resumed afterwards: what has not ended is recorded as canceled. What has ended stays."
          label="Discard it"
          onConfirm={() => actions.discard(open.one)}
          onClose={close}
        />
      );
    case "link":
      return <LinkDialog link={link} onClose={close} />;
    case "code":
      return (
        <CodeDialog draft={draft} flavour={open.flavour} plan={plan} running={run !== null} onClose={close} />
      );
  }
}
