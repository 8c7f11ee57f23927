import { CopyButton } from "./CopyButton";

const SOURCE = "https://github.com/dagfill/dagfill";

/** An introduction to the page, for somebody who has never seen it. */
export function Lead({ bring }: { bring: (() => void) | null }) {
  return (
    <section className="lead" aria-label="About this page">
      <p>
        <b>See every date a backfill will touch.</b> Runs here are simulated.
        <button type="button" disabled={bring === null} onClick={() => bring?.()}>
          Paste your DAG
        </button>
      </p>
      <p>
        <code>npm i dagfill</code> <CopyButton text="npm i dagfill" label="Copy" name="Copy npm i dagfill" />
        <a href={`${SOURCE}#readme`}>Docs</a>
        <a href={SOURCE}>Source</a>
      </p>
    </section>
  );
}
