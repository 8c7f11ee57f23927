import { number, plural } from "./days";
import { sentencesOf } from "./failure";
import type { EngineError, StoredBackfill } from "./model";

export interface BannersProps {
  stored: StoredBackfill[];
  storage: string | null;
  failure: EngineError | null;
  /** The backfill that is shown. */
  watching: string | null;
  resume: (one: StoredBackfill) => void;
  review: (one: StoredBackfill) => void;
  discard: (one: StoredBackfill) => void;
  exportPlan: () => void;
  dismiss: () => void;
  /** The parts of the link that could not be taken. */
  refused: string | null;
  dismissRefused: () => void;
  /** How the plan differs from the one that the sender of the link saw. */
  surprise: string | null;
  /** The DAG that was brought, where it is not kept in the list of own ones. */
  unkept: { dagId: string; reason: string } | null;
  dismissUnkept: () => void;
}

/** Messages that come before everything else of the page. */
export function Banners(props: BannersProps) {
  const { stored, storage, failure, watching } = props;
  const interrupted = stored.filter((one) => one.state === "interrupted");
  const elsewhere = stored.filter(
    (one) => (one.state === "running" || one.state === "paused") && !one.mine && one.backfillId !== watching,
  );
  return (
    <div className="banners">
      {failure && <FailureBanner failure={failure} dismiss={props.dismiss} />}
      {props.refused !== null && (
        <div className="banner bad" role="alert" data-testid="link-refused">
          <p>
            <b>Not all of this link was read:</b> {props.refused}
          </p>
          <button type="button" onClick={props.dismissRefused}>
            Close
          </button>
        </div>
      )}
      {props.surprise !== null && (
        <div className="banner" role="status" data-testid="link-differs">
          <p>
            <b>Not the plan of the link:</b> {props.surprise}
          </p>
        </div>
      )}
      {/* A storage that refuses everything is told once, below. */}
      {props.unkept !== null && storage === null && (
        <div className="banner" role="status" data-testid="unkept">
          <p>
            <b>{props.unkept.dagId} is not kept in the list of your DAGs:</b> {props.unkept.reason}.
          </p>
          <button type="button" onClick={props.dismissUnkept}>
            Close
          </button>
        </div>
      )}
      {storage !== null && (
        <div className="banner" role="alert">
          <p>
            <b>Progress will be lost on reload:</b> this browser refuses to store anything ({storage}).
          </p>
          <button type="button" onClick={props.exportPlan}>
            Export the plan
          </button>
        </div>
      )}
      {interrupted.map((one) => (
        <div key={one.backfillId} className="banner" role="alert" data-testid="interrupted">
          <p>
            <b>A backfill of {one.dagId} was running:</b> {done(one)}.{" "}
            {one.inFlight > 0 &&
              `${plural(one.inFlight, "run was", "runs were")} in flight and will start again.`}
          </p>
          <button type="button" className="primary" onClick={() => props.resume(one)}>
            Resume
          </button>
          {one.backfillId !== watching && (
            <button type="button" onClick={() => props.review(one)}>
              Review
            </button>
          )}
          <button type="button" onClick={() => props.discard(one)}>
            Discard
          </button>
        </div>
      ))}
      {elsewhere.map((one) => (
        <div key={one.backfillId} className="banner" role="status" data-testid="elsewhere">
          <p>
            <b>Another tab runs {one.dagId}:</b> {done(one)}. You can look, and take over when it is gone.
          </p>
          <button type="button" onClick={() => props.review(one)}>
            Watch
          </button>
        </div>
      ))}
    </div>
  );
}

function done({ progress }: StoredBackfill): string {
  const due = progress.total - progress.skipped;
  return `${number(progress.completed + progress.failed)} of ${number(due)} done`;
}

function FailureBanner({ failure, dismiss }: { failure: EngineError; dismiss: () => void }) {
  if (failure.code === "WASM_UNAVAILABLE" || failure.code === "WORKER_LOST")
    return <Refused failure={failure} />;
  return (
    <div className="banner bad" role="alert">
      <p>
        <b>{failure.code}</b> {sentencesOf(failure)}
      </p>
      <button type="button" onClick={dismiss}>
        Close
      </button>
    </div>
  );
}

/** The engine cannot run here at all: what is needed, in plain text. */
export function Refused({ failure }: { failure: EngineError }) {
  return (
    <div className="banner bad" role="alert" data-testid="refused">
      <div>
        <p>
          <b>The date engine could not start:</b> {failure.message}
        </p>
        <p>
          It is WebAssembly in a module worker. The server's policy must allow it:{" "}
          <code>script-src 'self' 'wasm-unsafe-eval'; worker-src 'self' blob:</code>. Chrome 97, Firefox 114
          and Safari 16 or later run it.
        </p>
      </div>
    </div>
  );
}
