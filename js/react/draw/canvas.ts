// Canvases in CSS pixels, and the width that they have.
import { type RefObject, useEffect, useState } from "react";

/** A cleared context, whatever the screen's density. */
export function prepareCanvas(canvas: HTMLCanvasElement | null, width: number, height: number) {
  if (!canvas || width < 1 || height < 1) return null;
  const context = canvas.getContext("2d");
  if (!context) return null;
  const ratio = window.devicePixelRatio || 1;
  const [wide, high] = [Math.round(width * ratio), Math.round(height * ratio)];
  if (canvas.width !== wide || canvas.height !== high) {
    canvas.width = wide;
    canvas.height = high;
    canvas.style.width = `${width}px`;
    canvas.style.height = `${height}px`;
  }
  // Texts are placed by their left edge, also on a page that is read from the right.
  context.direction = "ltr";
  context.setTransform(ratio, 0, 0, ratio, 0, 0);
  context.clearRect(0, 0, width, height);
  return context;
}

/** Inner size of an element, followed as it changes; 0 until it is on a page. */
export function useSize(ref: RefObject<HTMLElement | null>): { width: number; height: number } {
  const [size, setSize] = useState({ width: 0, height: 0 });
  useEffect(() => {
    const element = ref.current;
    if (!element) return;
    const measure = () => {
      const { clientWidth: width, clientHeight: height } = element;
      setSize((before) => (before.width === width && before.height === height ? before : { width, height }));
    };
    measure();
    // Test environments such as jsdom have no layout, and no ResizeObserver.
    if (typeof ResizeObserver !== "function") return;
    const observer = new ResizeObserver(measure);
    observer.observe(element);
    return () => observer.disconnect();
  }, [ref]);
  return size;
}
