// The error that an element shows in the place of a part that cannot be drawn.
import { Component, createElement, type ReactNode } from "react";
import type { BackfillSettings } from "../react/model/settings.js";

interface Props {
  /** Another object after each property that is set. */
  settings: BackfillSettings;
  children?: ReactNode;
}

interface State {
  fault: { thrown: unknown } | null;
  /** The settings that cannot be drawn. */
  settings: BackfillSettings | null;
}

/** Tells an error of drawing once, in the element's place and on the console. Preact draws a component whose error nobody takes again and
 *  again. Other settings are drawn anew. */
export class Boundary extends Component<Props, State> {
  override state: State = { fault: null, settings: null };

  static getDerivedStateFromError(thrown: unknown): Partial<State> {
    return { fault: { thrown } };
  }

  static getDerivedStateFromProps({ settings }: Props, state: State): Partial<State> | null {
    return state.settings === settings ? null : { settings, fault: null };
  }

  override componentDidCatch(thrown: unknown): void {
    console.error(thrown);
  }

  override render(): ReactNode {
    const { fault } = this.state;
    if (fault === null) return this.props.children;
    return createElement("p", { className: "dagfill-bad", role: "alert" }, String(fault.thrown));
  }
}
