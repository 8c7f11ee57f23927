// biome-ignore-all lint/a11y/noNoninteractiveTabindex: a scrolling text must be reachable by keys.
import { useEffect, useState } from "react";
import { CopyButton } from "./CopyButton";
import { type Code, toCode } from "./code";
import { FLAVOURS, type Flavour } from "./flavours";
import { Modal } from "./Modal";
import type { Draft, ShownRun } from "./model";
import { refusalOf } from "./refusal";
import { fixedRange } from "./request";
import { readHash } from "./url";
import type { LinkOptions } from "./useAddress";
import type { PlanState } from "./usePlan";

export function CodeDialog(props: {
  draft: Draft;
  flavour: Flavour;
  plan: PlanState;
  /** The backfill that is shown: the draft is its own, and was planned. */
  run: ShownRun | null;
  onClose: () => void;
}) {
  const { draft, flavour, plan, run, onClose } = props;
  const code = codeOf(draft, flavour, plan, run);
  const label = FLAVOURS.find((each) => each.id === flavour)?.label ?? "";
  return (
    <Modal title={label} onClose={onClose} className="wide">
      {code === null ? (
        <p>Planning…</p>
      ) : "refused" in code ? (
        <p role="alert" data-testid="no-code">
          <b>No code for this plan.</b> {code.refused}
        </p>
      ) : (
        <>
          <pre data-testid="code" tabIndex={0}>
            {code.text}
          </pre>
          <div className="buttons">
            <CopyButton primary text={code.text} label="Copy" />
          </div>
        </>
      )}
    </Modal>
  );
}

/** Null while the engine still reads the draft. */
function codeOf(draft: Draft, flavour: Flavour, plan: PlanState, run: ShownRun | null): Code | null {
  if (run) return toCode(draft, flavour, Date.now(), run.plan);
  const refused = refusalOf(draft, plan);
  if (refused !== null) return { refused };
  if (plan.planned?.draft !== draft) return null;
  return toCode(draft, flavour, Date.now(), plan.plan);
}

/** Why an export made no file. */
export function NoFileDialog({ reason, onClose }: { reason: string; onClose: () => void }) {
  return (
    <Modal title="Export" onClose={onClose}>
      <p role="alert" data-testid="no-file">
        <b>No file of this plan.</b> {reason}
      </p>
    </Modal>
  );
}

export function LinkDialog({
  link,
  draft,
  onClose,
}: {
  link: (options: LinkOptions) => Promise<string>;
  draft: Draft;
  onClose: () => void;
}) {
  const [conf, setConf] = useState(false);
  const range = fixedRange(draft, Date.now());
  const isRelative = range.from !== draft.from.trim() || range.to !== draft.to.trim();
  const [fixed, setFixed] = useState(isRelative);
  const others = otherNames(draft);
  const [text, setText] = useState("");
  const [refused, setRefused] = useState<string | null>(null);
  useEffect(() => {
    let gone = false;
    void link({ conf, fixed }).then(async (value) => {
      const address = await readHash(new URL(value).hash);
      if (gone) return;
      setText(value);
      setRefused(address.refused);
    });
    return () => {
      gone = true;
    };
  }, [link, conf, fixed]);
  return (
    <Modal title="Link to this plan" onClose={onClose} className="wide">
      <p>
        The plan is in the part behind #, which is never sent to a server. The records of earlier runs are not
        in it: who opens it is told when another number of runs would start there.
      </p>
      {others.length > 0 && <p>It holds what the form has no field for, too: {others.join(", ")}.</p>}
      <pre data-testid="link" tabIndex={0}>
        {text}
      </pre>
      {refused !== null && <p role="alert">Who opens this link does not see all of the plan. {refused}</p>}
      {isRelative && (
        <label className="tick">
          <input type="checkbox" checked={fixed} onChange={(event) => setFixed(event.target.checked)} />
          fix the dates of today: {range.from} to {range.to}
        </label>
      )}
      <label className="tick">
        <input type="checkbox" checked={conf} onChange={(event) => setConf(event.target.checked)} />
        put conf into the link (never with secrets)
      </label>
      <div className="buttons">
        <CopyButton primary text={text} label="Copy link" />
      </div>
    </Modal>
  );
}

/** Fields of the DAG and its tasks that the form does not show. */
function otherNames(draft: Draft): string[] {
  const names = [draft, ...draft.tasks].flatMap(({ rest }) => Object.keys(rest ?? {}));
  return [...new Set(names)].slice(0, 12);
}
