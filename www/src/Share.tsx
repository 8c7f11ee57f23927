// biome-ignore-all lint/a11y/noNoninteractiveTabindex: a scrolling text must be reachable by keys.
import { useEffect, useState } from "react";
import { CopyButton } from "./CopyButton";
import { type Code, toCode } from "./code";
import { readConf } from "./conf";
import { FLAVOURS, type Flavour } from "./flavours";
import { Modal } from "./Modal";
import type { Draft } from "./model";
import { readHash } from "./url";
import type { PlanState } from "./usePlan";

export function CodeDialog(props: {
  draft: Draft;
  flavour: Flavour;
  plan: PlanState;
  /** The draft is that of a run, which had a plan. */
  running: boolean;
  onClose: () => void;
}) {
  const { draft, flavour, plan, running, onClose } = props;
  const code = codeOf(draft, flavour, plan, running);
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

/** Only what the engine has accepted becomes code; null while it still reads it. */
function codeOf(draft: Draft, flavour: Flavour, plan: PlanState, running: boolean): Code | null {
  if (!running) {
    const conf = readConf(draft.conf);
    if (plan.error) return { refused: [plan.error.message, plan.error.hint].filter(Boolean).join(" ") };
    if (!conf.ok)
      return { refused: `Conf: line ${conf.line}, column ${conf.column}: expected ${conf.expected}.` };
    if (plan.planned?.draft !== draft) return null;
  }
  return toCode(draft, flavour, Date.now(), plan.plan);
}

export function LinkDialog({
  link,
  onClose,
}: {
  link: (conf: boolean) => Promise<string>;
  onClose: () => void;
}) {
  const [conf, setConf] = useState(false);
  const [text, setText] = useState("");
  const [refused, setRefused] = useState<string | null>(null);
  useEffect(() => {
    let gone = false;
    void link(conf).then(async (value) => {
      const address = await readHash(new URL(value).hash);
      if (gone) return;
      setText(value);
      setRefused(address.refused);
    });
    return () => {
      gone = true;
    };
  }, [link, conf]);
  return (
    <Modal title="Link to this plan" onClose={onClose} className="wide">
      <p>The plan is in the part behind #, which is never sent to a server.</p>
      <pre data-testid="link" tabIndex={0}>
        {text}
      </pre>
      {refused !== null && <p role="alert">Who opens this link does not see all of the plan. {refused}</p>}
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
