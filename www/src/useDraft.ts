import { useCallback, useEffect, useMemo, useState } from "react";
import { edited, redone, undone, unedited } from "./edits";
import type { Draft } from "./model";

/** The draft with its edits. */
export function useDraft(initial: Draft) {
  const [edits, setEdits] = useState(() => unedited(initial));
  const setDraft = useCallback(
    (next: Draft | ((before: Draft) => Draft)) =>
      setEdits((before) =>
        edited(before, typeof next === "function" ? next(before.now) : next, performance.now()),
      ),
    [],
  );
  const history = useMemo(() => ({ undo: () => setEdits(undone), redo: () => setEdits(redone) }), []);
  return { draft: edits.now, setDraft, history, canUndo: edits.past.length > 0 };
}

/** Ctrl+Z takes the last edit back, Ctrl+Shift+Z or Ctrl+Y does it again; inside of a text field the keys are the field's own.
 *  `isLive` is false while a backfill is shown, whose plan cannot be changed. */
export function useUndoKeys({ undo, redo }: { undo: () => void; redo: () => void }, isLive: boolean) {
  useEffect(() => {
    if (!isLive) return;
    const press = (event: KeyboardEvent) => {
      if (!(event.ctrlKey || event.metaKey) || event.altKey || isText(event.target)) return;
      const key = event.key.toLowerCase();
      if (key !== "z" && key !== "y") return;
      event.preventDefault();
      if (key === "z" && !event.shiftKey) undo();
      else redo();
    };
    addEventListener("keydown", press);
    return () => removeEventListener("keydown", press);
  }, [undo, redo, isLive]);
}

const TYPED = ["text", "search", "number", "url"];

function isText(target: EventTarget | null): boolean {
  if (target instanceof HTMLInputElement) return TYPED.includes(target.type);
  return target instanceof HTMLTextAreaElement || (target instanceof HTMLElement && target.isContentEditable);
}
