import { useEffect, useRef } from "react";
import type { Given } from "./BringDialog";

/** Files and texts that are dropped anywhere on the page. */
export function useDrop(isLive: boolean, onDrop: (given: Given) => void) {
  const latest = useRef(onDrop);
  latest.current = onDrop;
  useEffect(() => {
    if (!isLive) return;
    const over = (event: DragEvent) => {
      if (event.dataTransfer?.types.includes("Files")) event.preventDefault();
    };
    const drop = async (event: DragEvent) => {
      const file = event.dataTransfer?.files[0];
      if (!file) return;
      event.preventDefault();
      latest.current({ text: await file.text(), fileName: file.name });
    };
    addEventListener("dragover", over);
    addEventListener("drop", drop);
    return () => {
      removeEventListener("dragover", over);
      removeEventListener("drop", drop);
    };
  }, [isLive]);
}
