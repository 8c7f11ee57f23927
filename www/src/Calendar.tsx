import { type PointerEvent, useCallback, useEffect, useLayoutEffect, useMemo, useRef, useState } from "react";
import { CalendarGrid } from "./CalendarGrid";
import { type CalendarData, drawCursor, drawDays } from "./calendar/draw";
import { calendarLayout } from "./calendar/layout";
import { readPalette } from "./calendar/palette";
import { prepareCanvas, useWidth } from "./canvas";

export interface CalendarProps {
  data: CalendarData;
  /** Changes whenever the contents of `data` do, even in place. */
  version: number;
  theme: string;
  vertical: boolean;
  selected: number | null;
  editable: boolean;
  onSelect: (day: number) => void;
  onHover: (day: number | null) => void;
  onRange: (from: number, to: number) => void;
  onExclude: (day: number) => void;
}

/** Every day of the range. Two canvases (data, cursor) for the eye and the pointer, a grid for keys and screen readers. */
export function Calendar(props: CalendarProps) {
  const { data, version, theme, vertical, selected, editable, onSelect, onHover, onRange, onExclude } = props;
  const scroller = useRef<HTMLDivElement>(null);
  const dataCanvas = useRef<HTMLCanvasElement>(null);
  const cursorCanvas = useRef<HTMLCanvasElement>(null);
  const width = useWidth(scroller);
  const [hover, setHover] = useState<number | null>(null);
  const [focused, setFocused] = useState<number | null>(null);
  const [drag, setDrag] = useState<{ from: number; to: number } | null>(null);
  const [top, setTop] = useState(0);
  const { first, last } = data;
  const layout = useMemo(() => calendarLayout(first, last, width, vertical), [first, last, width, vertical]);
  // The colours are those of the theme.
  const palette = useMemo(readPalette, [theme]);
  const height = Math.min(layout.height, vertical ? 430 : 330);

  // Version stands for the contents of data.
  useLayoutEffect(() => {
    const context = prepareCanvas(dataCanvas.current, width, height);
    if (!context) return;
    const begin = performance.now();
    drawDays(context, layout, data, palette, top, top + height);
    performance.measure("calendar-draw", { start: begin, end: performance.now() });
  }, [layout, data, version, palette, top, width, height]);

  useLayoutEffect(() => {
    const context = prepareCanvas(cursorCanvas.current, width, height);
    if (context) drawCursor(context, layout, { selected, hover, focused, drag }, palette, top);
  }, [layout, selected, hover, focused, drag, palette, top, width, height]);

  const reveal = useCallback(
    (day: number) => {
      const { y } = layout.place(day);
      const box = scroller.current;
      if (!box) return;
      if (y < box.scrollTop + 24) box.scrollTop = Math.max(0, y - 40);
      else if (y + layout.pitch > box.scrollTop + height) box.scrollTop = y + layout.pitch + 8 - height;
    },
    [layout, height],
  );
  useEffect(() => {
    if (selected !== null) reveal(selected);
  }, [selected, reveal]);

  const dayAt = (event: PointerEvent) => {
    const box = scroller.current?.getBoundingClientRect();
    return box ? layout.hit(event.clientX - box.left, event.clientY - box.top + top) : null;
  };
  const down = (event: PointerEvent) => {
    const day = dayAt(event);
    if (day === null || event.button !== 0 || event.pointerType === "touch" || !editable) return;
    event.currentTarget.setPointerCapture(event.pointerId);
    setDrag({ from: day, to: day });
  };
  const move = (event: PointerEvent) => {
    const day = dayAt(event);
    if (drag && day !== null && day !== drag.to) setDrag({ from: drag.from, to: day });
    if (day !== hover) {
      setHover(day);
      onHover(day);
    }
  };
  const up = (event: PointerEvent) => {
    const day = dayAt(event);
    setDrag(null);
    if (drag && drag.from !== drag.to) onRange(Math.min(drag.from, drag.to), Math.max(drag.from, drag.to));
    else if (day !== null && editable && (event.ctrlKey || event.metaKey)) onExclude(day);
    else if (day !== null) onSelect(day);
  };
  const leave = () => {
    setHover(null);
    onHover(null);
  };

  return (
    <div className="calendar" data-focused={focused !== null}>
      <CalendarGrid
        data={data}
        selected={selected}
        editable={editable}
        onFocusDay={(day) => {
          setFocused(day);
          if (day !== null) reveal(day);
        }}
        onSelect={onSelect}
        onRange={onRange}
        onExclude={onExclude}
      />
      <div
        className="calendar-scroll"
        ref={scroller}
        style={{ height }}
        onScroll={(event) => setTop(event.currentTarget.scrollTop)}
        aria-hidden="true"
      >
        <div
          className="calendar-sheet"
          style={{ height: layout.height }}
          onPointerDown={down}
          onPointerMove={move}
          onPointerUp={up}
          onPointerLeave={leave}
        >
          <div className="calendar-view" style={{ height }}>
            <canvas ref={dataCanvas} data-testid="calendar-data" />
            <canvas ref={cursorCanvas} />
          </div>
        </div>
      </div>
    </div>
  );
}
