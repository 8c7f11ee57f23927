import { lazy, type ReactNode, Suspense } from "react";
import type { Given } from "./BringDialog";
import type { Engine } from "./engine/engine";
import type { Flavour } from "./flavours";
import { CancelRun, ConfirmLoss, ConfirmRun, Modal } from "./Modal";
import type { Draft, ShownRun, StoredBackfill } from "./model";
import type { LinkOptions } from "./useAddress";
import type { OwnDag } from "./useOwnDags";
import type { PlanState } from "./usePlan";

const BringDialog = lazy(() => import("./BringDialog").then((part) => ({ default: part.BringDialog })));
const CodeDialog = lazy(() => import("./Share").then((part) => ({ default: part.CodeDialog })));
const NoFileDialog = lazy(() => import("./Share").then((part) => ({ default: part.NoFileDialog })));
const LinkDialog = lazy(() => import("./Share").then((part) => ({ default: part.LinkDialog })));

/** The dialog that is open. */
export type Open =
  | { name: "confirm" }
  | { name: "cancel" }
  | { name: "form" }
  | { name: "forget" }
  | { name: "forget-samples" }
  | { name: "discard"; one: StoredBackfill }
  | { name: "bring"; given: Given | null }
  | { name: "link" }
  | { name: "code"; flavour: Flavour }
  | { name: "no-file"; reason: string };

export interface DialogsProps {
  open: Open;
  close: () => void;
  engine: Engine | null;
  draft: Draft;
  /** A DAG was brought. */
  onBrought: (dag: OwnDag) => void;
  /** Records have come into the store. */
  onRecords: () => void;
  plan: PlanState;
  run: ShownRun | null;
  form: ReactNode;
  start: () => void;
  link: (options: LinkOptions) => Promise<string>;
  actions: {
    finish: () => void;
    abort: () => void;
    forget: () => void;
    forgetSamples: () => void;
    discard: (one: StoredBackfill) => void;
  };
}

export function Dialogs(props: DialogsProps) {
  return <Suspense>{dialog(props)}</Suspense>;
}

function dialog(props: DialogsProps) {
  const { open, close, engine, draft, onBrought, onRecords, plan, run, form, start, link, actions } = props;
  switch (open.name) {
    case "form":
      return (
        <Modal title="Edit plan" className="sheet" onClose={close}>
          {form}
        </Modal>
      );
    case "confirm":
      return (
        plan.plan && (
          <ConfirmRun
            plan={plan.plan}
            estimate={plan.estimate}
            lanes={draft.parallel}
            onRun={start}
            onClose={close}
          />
        )
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
          text="Every run and backfill that this browser has recorded for this page is deleted: of all DAGs, and also those that you imported. That cannot be undone."
          label="Forget them"
          onConfirm={actions.forget}
          onClose={close}
        />
      );
    case "forget-samples":
      return (
        <ConfirmLoss
          title="Forget the made-up runs?"
          text={`Only the runs of ${draft.dagId} that are marked as made up are deleted. Those that you imported or ran stay.`}
          label="Forget them"
          onConfirm={actions.forgetSamples}
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
    case "bring":
      return <BringDialog {...{ engine, draft, onBrought, onRecords }} given={open.given} onClose={close} />;
    case "link":
      return <LinkDialog link={link} draft={draft} onClose={close} />;
    case "code":
      return <CodeDialog {...{ draft, plan, run }} flavour={open.flavour} onClose={close} />;
    case "no-file":
      return <NoFileDialog reason={open.reason} onClose={close} />;
  }
}
