import type { Example } from "./examples";
import type { Flavour } from "./flavours";
import { CopyCode, Examples, ExportMenu } from "./Menus";
import type { Draft } from "./model";
import type { useTheme } from "./theme";

export interface HeaderProps {
  draft: Draft;
  change: (part: Partial<Draft>) => void;
  theme: ReturnType<typeof useTheme>;
  exportable: boolean;
  onExample: (example: Example) => void;
  onLink: () => void;
  onCode: (flavour: Flavour) => void;
  onExport: (format: "json" | "csv") => void;
}

export function Header({
  draft,
  change,
  theme,
  exportable,
  onExample,
  onLink,
  onCode,
  onExport,
}: HeaderProps) {
  return (
    <header className="page-header">
      <h1>dagfill</h1>
      <Examples dagId={draft.dagId} choose={onExample} />
      <span className="gap" />
      <button
        type="button"
        aria-pressed={draft.compare !== null}
        onClick={() =>
          change({ compare: draft.compare ? null : { schedule: draft.schedule, timeZone: "UTC" } })
        }
      >
        Compare
      </button>
      <button type="button" onClick={onLink}>
        Copy link
      </button>
      <CopyCode choose={onCode} />
      <ExportMenu choose={onExport} disabled={!exportable} />
      <button type="button" className="icon" onClick={theme.next} aria-label={`Colours: ${theme.theme}`}>
        {theme.theme === "dark" ? "☾" : theme.theme === "light" ? "☀" : "◐"}
      </button>
    </header>
  );
}

/** Hands a file to the user. */
export function download(blob: Blob, name: string) {
  const anchor = document.createElement("a");
  anchor.href = URL.createObjectURL(blob);
  anchor.download = name;
  anchor.click();
  setTimeout(() => URL.revokeObjectURL(anchor.href), 60_000);
}
