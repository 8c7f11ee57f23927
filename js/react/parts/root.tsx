// The root of every part: the one class under which its styles live.
import type { CSSProperties, ReactNode, Ref } from "react";
import type { useFocusKept } from "./use_focus_kept.js";

/** Properties that every part takes for its own element. */
export interface PartProps {
  className?: string | undefined;
  style?: CSSProperties | undefined;
}

interface RootProps extends PartProps {
  part: string;
  label?: string | undefined;
  rootRef?: Ref<HTMLElement> | undefined;
  /** Of `useFocusKept`. */
  focus?: ReturnType<typeof useFocusKept<HTMLElement>> | undefined;
  children: ReactNode;
}

/** A section with the part's class; with `label` a landmark of that name. */
export function Root({ part, label, className, style, rootRef, focus, children }: RootProps) {
  const names = ["dagfill", `dagfill-${part}`, className].filter(Boolean).join(" ");
  return (
    <section className={names} style={style} aria-label={label} ref={rootRef} {...focus}>
      {children}
    </section>
  );
}
