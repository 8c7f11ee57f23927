// Keeps the keyboard's focus in its place when the button or the cell that has it is removed.
import { type FocusEvent, useEffect, useRef } from "react";

/** Properties of an element. When the button in it that has the focus is removed, the focus goes to the first button of its first group that can
 *  be pressed, or to the group where none can: it would fall to the page's body. In a grid it goes to the cell that Tab leads to. `state` is
 *  another text whenever other buttons, or other cells, are shown. */
export function useFocusKept<T extends HTMLElement>(state: string) {
  const ref = useRef<T>(null);
  const isInside = useRef(false);
  useEffect(() => {
    const box = ref.current;
    const tree = box?.getRootNode() as Document | ShadowRoot | undefined;
    if (!box || !isInside.current || box.contains(tree?.activeElement ?? null)) return;
    const group = box.querySelector<HTMLElement>(".dagfill-controls") ?? box;
    (
      group.querySelector<HTMLElement>('button:not(:disabled), [role=gridcell][tabindex="0"]') ?? group
    ).focus();
  }, [state]);
  return {
    ref,
    tabIndex: -1,
    onFocus: () => {
      isInside.current = true;
    },
    // Leaving by hand has a new target or a pointer; an element that is removed tells nothing, or no target.
    onBlur: ({ relatedTarget, currentTarget }: FocusEvent) => {
      if (relatedTarget instanceof Node && !currentTarget.contains(relatedTarget)) isInside.current = false;
    },
  };
}
