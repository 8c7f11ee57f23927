import type { Token } from "dagfill/planning";
import { memo } from "react";

const PATHS: Partial<Record<Token, string>> = {
  again: "M11 5A4 4 0 1 0 12 9M12 2.5V5.5H9",
  keepFailed: "M5 5l6 6M11 5l-6 6",
  failed: "M5 5l6 6M11 5l-6 6",
  queued: "M7.5 8h1",
  running: "M6 4l6 4-6 4z",
  success: "M4 8.5l3 3L12 5",
  canceled: "M4 8h8",
  interrupted: "M4 8h8",
};

/** A token as a small box: the same hue, fill and mark as in the calendar. */
export const Glyph = memo(function Glyph({ token }: { token: Token }) {
  const path = PATHS[token];
  return (
    <svg className={`glyph t-${token}`} viewBox="0 0 16 16" width="16" height="16" aria-hidden="true">
      <rect x="1" y="1" width="14" height="14" />
      {path && <path d={path} />}
    </svg>
  );
});
