import { useState } from "react";

/** Puts a text into the clipboard, and says whether it is there. `name` is for screen readers, where several buttons have one label. */
export function CopyButton(props: { text: string; label: string; name?: string; primary?: boolean }) {
  const { text, label, name, primary } = props;
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
    <span className="copy">
      <button
        type="button"
        className={primary ? "primary" : "link"}
        aria-label={name}
        onClick={() => void copy()}
      >
        {label}
      </button>
      <span role="status">{said}</span>
    </span>
  );
}
