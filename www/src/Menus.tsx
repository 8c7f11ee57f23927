// biome-ignore-all lint/a11y/noNoninteractiveTabindex: a scrolling text must be reachable by keys.
import { useEffect, useRef, useState } from "react";
import { type Bounds, FLAVOURS, type Flavour, toCode } from "./code";
import { Modal } from "./dialogs";
import { EXAMPLES, type Example } from "./examples";
import type { Draft } from "./model";

/** A button with a popover of the platform: closes by Escape and by a click outside. */
export function Menu({
  label,
  name,
  children,
}: {
  label: string;
  name: string;
  children: (close: () => void) => React.ReactNode;
}) {
  const popover = useRef<HTMLDivElement>(null);
  const id = `menu-${name}`;
  return (
    <div className="menu">
      <button type="button" popoverTarget={id} aria-haspopup="true">
        {label} <span aria-hidden="true">▾</span>
      </button>
      <div id={id} popover="auto" ref={popover} className="menu-list">
        {children(() => popover.current?.hidePopover())}
      </div>
    </div>
  );
}

export function Examples({ dagId, choose }: { dagId: string; choose: (example: Example) => void }) {
  return (
    <Menu label={dagId || "Examples"} name="examples">
      {(close) =>
        EXAMPLES.map((example) => (
          <button
            key={example.name}
            type="button"
            onClick={() => {
              close();
              choose(example);
            }}
          >
            <b>{example.name}</b>
            <span className="dim">{example.note}</span>
          </button>
        ))
      }
    </Menu>
  );
}

export function CopyCode({ choose }: { choose: (flavour: Flavour) => void }) {
  return (
    <Menu label="Copy as code" name="code">
      {(close) =>
        FLAVOURS.map(({ id, label }) => (
          <button
            key={id}
            type="button"
            onClick={() => {
              close();
              choose(id);
            }}
          >
            {label}
          </button>
        ))
      }
    </Menu>
  );
}

export function ExportMenu({
  choose,
  disabled,
}: {
  choose: (format: "json" | "csv") => void;
  disabled: boolean;
}) {
  return (
    <Menu label="Export" name="export">
      {(close) =>
        (["json", "csv"] as const).map((format) => (
          <button
            key={format}
            type="button"
            disabled={disabled}
            onClick={() => {
              close();
              choose(format);
            }}
          >
            {format === "json" ? "JSON with reasons" : "CSV with commands"}
          </button>
        ))
      }
    </Menu>
  );
}

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
