// The focus of the keyboard, where the button that had it goes away.
import { type FocusEvent, useEffect, useRef } from "react";

/** Properties of a box: when the button in it that has the focus goes away, the first of its first group takes it, or the group where none can
 *  be pressed, so that it does not fall to the page's body. The buttons are others when `state` is. */
export function useFocusKept<T extends HTMLElement>(state: string) {
  const ref = useRef<T>(null);
  const isInside = useRef(false);
  useEffect(() => {
    const box = ref.current;
    const tree = box?.getRootNode() as Document | ShadowRoot | undefined;
    if (!box || !isInside.current || box.contains(tree?.activeElement ?? null)) return;
    const group = box.querySelector<HTMLElement>(".dagfill-controls") ?? box;
    (group.querySelector<HTMLElement>("button:not(:disabled)") ?? group).focus();
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
