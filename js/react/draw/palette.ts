// The colours of the style sheet, for canvases.
import { type RefObject, useEffect, useState } from "react";
import { TOKENS } from "../plan/tokens.js";

export interface Palette {
  /** By token. */
  readonly token: readonly string[];
  /** Ink on a filled token. */
  readonly onToken: readonly string[];
  readonly ink: string;
  readonly dim: string;
  readonly empty: string;
  readonly accent: string;
  readonly background: string;
}

const GRAY: Palette = {
  token: TOKENS.map(() => "gray"),
  onToken: TOKENS.map(() => "white"),
  ink: "black",
  dim: "gray",
  empty: "#eee",
  accent: "black",
  background: "white",
};

const WATCHED = ["(prefers-color-scheme: dark)", "(forced-colors: active)"];

/** `keepFailed` as it is in the style sheet. */
export const kebab = (name: string): string => name.replace(/[A-Z]/, (letter) => `-${letter.toLowerCase()}`);

/** Colours as the browser computes them: a variable alone may still say `light-dark(...)`, or name another. */
function readPalette(root: HTMLElement): Palette {
  const probe = root.ownerDocument.createElement("span");
  probe.className = "dagfill-probe";
  root.append(probe);
  const style = getComputedStyle(probe);
  const read = (name: string) => {
    probe.style.color = `var(--df-${kebab(name)}, gray)`;
    return style.color;
  };
  const palette = {
    token: TOKENS.map(read),
    onToken: TOKENS.map((token) => read(`on-${kebab(token)}`)),
    ink: read("ink"),
    dim: read("dim"),
    empty: read("cell"),
    accent: read("focus"),
    background: read("page"),
  };
  probe.remove();
  return palette;
}

/** The palette of an element, read again when its colours may have changed: the system's scheme, or an attribute of the page's
 *  root or body, such as a theme's class. `key` reads it again whenever the host says so. */
export function usePalette(ref: RefObject<HTMLElement | null>, key?: unknown): Palette {
  const [palette, setPalette] = useState(GRAY);
  // `key` is the host's word that colours are others now.
  useEffect(() => {
    const root = ref.current;
    if (!root) return;
    const read = () => {
      const fresh = readPalette(root);
      setPalette((before) => (JSON.stringify(before) === JSON.stringify(fresh) ? before : fresh));
    };
    read();
    const watched = typeof matchMedia === "function" ? WATCHED : [];
    const queries = watched.map((query) => matchMedia(query));
    for (const query of queries) query.addEventListener("change", read);
    const observer = new MutationObserver(read);
    const { documentElement, body } = root.ownerDocument;
    const host = (root.getRootNode() as ShadowRoot).host as HTMLElement | undefined;
    for (const element of [documentElement, body, host])
      if (element) observer.observe(element, { attributes: true });
    return () => {
      for (const query of queries) query.removeEventListener("change", read);
      observer.disconnect();
    };
  }, [ref, key]);
  return palette;
}
