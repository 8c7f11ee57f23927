import { number } from "./days";
import type { ExportFormat } from "./engine/export";
import type { Flavour } from "./flavours";
import { CopyCode, type DagChoice, Dags, ExportMenu, Menu } from "./Menus";
import type { Change, Draft, StoredBackfill } from "./model";
import type { useTheme } from "./theme";

export interface HeaderProps {
  draft: Draft;
  change: Change;
  theme: ReturnType<typeof useTheme>;
  exportable: boolean;
  /** Share of a large export that is written. */
  written: number | null;
  /** Backfills that have ended, oldest first. */
  past: StoredBackfill[];
  onReview: (one: StoredBackfill) => void;
  /** Takes the last edit back; null when there is none. */
  undo: (() => void) | null;
  dags: DagChoice;
  onLink: () => void;
  onCode: (flavour: Flavour) => void;
  onExport: (format: ExportFormat) => void;
}

export function Header(props: HeaderProps) {
  const { draft, change, theme, exportable, written, past, undo } = props;
  const { onReview, dags, onLink, onCode, onExport } = props;
  return (
    <header className="page-header">
      <h1>dagfill</h1>
      <Dags dagId={draft.dagId} {...dags} />
      <button
        type="button"
        className="icon"
        aria-label="Undo"
        title="Undo the last edit (Ctrl+Z)"
        disabled={undo === null}
        onClick={() => undo?.()}
      >
        ↶
      </button>
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
      {past.length > 0 && <PastRuns past={past} onReview={onReview} />}
      <button type="button" onClick={onLink}>
        Copy link
      </button>
      <CopyCode choose={onCode} />
      <ExportMenu choose={onExport} disabled={!exportable || written !== null} written={written} />
      <button type="button" className="icon" onClick={theme.next} aria-label={`Colours: ${theme.theme}`}>
        {theme.theme === "dark" ? "☾" : theme.theme === "light" ? "☀" : "◐"}
      </button>
    </header>
  );
}

function PastRuns({ past, onReview }: Pick<HeaderProps, "past" | "onReview">) {
  return (
    <Menu label="Past runs" name="past">
      {(closing) =>
        past
          .slice(-10)
          .reverse()
          .map((one) => (
            <button key={one.backfillId} type="button" onClick={closing(() => onReview(one))}>
              <b>{one.dagId}</b>
              <span className="dim">{summaryOf(one)}</span>
            </button>
          ))
      }
    </Menu>
  );
}

const summaryOf = ({ state, progress, range }: StoredBackfill) =>
  `${state === "canceled" ? "canceled: " : ""}${number(progress.completed)} succeeded, ${number(progress.failed)} failed; ${range}`;
