import { useCallback, useEffect, useMemo, useRef, useState } from "react";
import { type Edits, edited, redone, undone, unedited } from "./edits";
import type { Draft } from "./model";

/** The newest draft, which may not be drawn yet, and a listener that is told it at once: a plan is made while the page draws. */
export interface DraftSource {
  edits: Edits<Draft>;
  listener: ((draft: Draft) => void) | null;
}

/** The draft with its edits. */
export function useDraft(initial: Draft) {
  const [edits, setEdits] = useState(() => unedited(initial));
  const source = useRef<DraftSource>({ edits, listener: null });
  const put = useCallback((next: Edits<Draft>) => {
    source.current.edits = next;
    setEdits(next);
    source.current.listener?.(next.now);
  }, []);
  const setDraft = useCallback(
    (next: Draft | ((before: Draft) => Draft)) => {
      const before = source.current.edits;
      put(edited(before, typeof next === "function" ? next(before.now) : next, performance.now()));
    },
    [put],
  );
  const history = useMemo(
    () => ({
      undo: () => put(undone(source.current.edits)),
      redo: () => put(redone(source.current.edits)),
    }),
    [put],
  );
  return { draft: edits.now, setDraft, history, canUndo: edits.past.length > 0, source: source.current };
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
