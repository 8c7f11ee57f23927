// A list of any length of which only the rows in sight are elements. Browsers cap the height of an element (Chromium at 33 million
// pixels, others lower): longer lists scroll to scale.
import { type RefObject, useEffect, useRef, useState } from "react";
import { useSize } from "../draw/canvas.js";

const TALLEST = 8_000_000;

export interface VirtualRows {
  /** The element that scrolls, and its listener. */
  box: RefObject<HTMLDivElement | null>;
  onScroll: () => void;
  /** Height of the sheet inside, in pixels. */
  sheet: number;
  /** The first row in sight, and how many fit. */
  start: number;
  page: number;
  scrollTo: (row: number) => void;
}

export function useVirtualRows(total: number, rowHeight: number): VirtualRows {
  const box = useRef<HTMLDivElement>(null);
  const { height } = useSize(box);
  const [first, setFirst] = useState(0);
  const page = Math.max(1, Math.floor((height || 300) / rowHeight));
  const most = Math.max(0, total - page);
  const sheet = Math.max(1, Math.min(total * rowHeight, TALLEST));
  const isScaled = total * rowHeight > TALLEST;
  const start = Math.min(first, most);

  const scrollTo = (row: number) => {
    const target = Math.max(0, Math.min(most, row));
    setFirst(target);
    const element = box.current;
    if (element && most > 0) element.scrollTop = (target / most) * (sheet - element.clientHeight);
  };
  const onScroll = () => {
    const element = box.current;
    if (!element || most === 0) return;
    const range = sheet - element.clientHeight;
    // A scaled bar cannot name every row: it only moves the list when it was moved itself.
    if (Math.abs(element.scrollTop - (start / most) * range) <= 0.75) return;
    setFirst(Math.round((element.scrollTop / Math.max(1, range)) * most));
  };
  // To scale, one pixel is many rows: the wheel goes by rows instead.
  useEffect(() => {
    const element = box.current;
    if (!element || !isScaled) return;
    const wheel = (event: WheelEvent) => {
      event.preventDefault();
      scrollTo(start + Math.sign(event.deltaY) * Math.max(1, Math.round(Math.abs(event.deltaY) / rowHeight)));
    };
    element.addEventListener("wheel", wheel, { passive: false });
    return () => element.removeEventListener("wheel", wheel);
  });
  return { box, onScroll, sheet, start, page, scrollTo };
}
