// Where an element draws: a shadow tree with the styles of the parts.
import { render } from "preact";
import styles from "../react/styles.css";

export interface Container {
  /** null takes everything away. */
  render(view: unknown): void;
}

let sheet: CSSStyleSheet | undefined;

export function createContainer(host: HTMLElement): Container {
  const root = host.shadowRoot ?? host.attachShadow({ mode: "open" });
  if (sheet === undefined) {
    sheet = new CSSStyleSheet();
    sheet.replaceSync(`:host{display:block}:host([hidden]){display:none}${styles}`);
  }
  root.adoptedStyleSheets = [sheet];
  // The parts are drawn by Preact here, which takes React's elements for its own.
  return { render: (view) => render(view as never, root) };
}
