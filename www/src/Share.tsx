// biome-ignore-all lint/a11y/noNoninteractiveTabindex: a scrolling text must be reachable by keys.
import { useEffect, useState } from "react";
import { type Bounds, toCode } from "./code";
import { Modal } from "./dialogs";
import { FLAVOURS, type Flavour } from "./flavours";
import type { Draft } from "./model";

export function CodeDialog(props: {
  draft: Draft;
  flavour: Flavour;
  read: Bounds | null;
  onClose: () => void;
}) {
  const { draft, flavour, read, onClose } = props;
  const text = toCode(draft, flavour, Date.now(), read);
  const label = FLAVOURS.find((each) => each.id === flavour)?.label ?? "";
  return (
    <Modal title={label} onClose={onClose} className="wide">
      <pre data-testid="code" tabIndex={0}>
        {text}
      </pre>
      <div className="buttons">
        <CopyButton text={text} label="Copy" />
      </div>
    </Modal>
  );
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
  useEffect(() => {
    let gone = false;
    void link(conf).then((value) => {
      if (!gone) setText(value);
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
      <label className="tick">
        <input type="checkbox" checked={conf} onChange={(event) => setConf(event.target.checked)} />
        put conf into the link (never with secrets)
      </label>
      <div className="buttons">
        <CopyButton text={text} label="Copy link" />
      </div>
    </Modal>
  );
}

function CopyButton({ text, label }: { text: string; label: string }) {
  const [said, setSaid] = useState("");
  const copy = async () => {
    try {
      await navigator.clipboard.writeText(text);
      setSaid("Copied.");
    } catch {
      setSaid("The browser refused: select the text and copy it.");
    }
  };
  return (
    <>
      <span role="status">{said}</span>
      <button type="button" className="primary" onClick={() => void copy()}>
        {label}
      </button>
    </>
  );
}
