import { CopyButton } from "./CopyButton";

const SOURCE = "https://github.com/dagfill/dagfill";

/** What this is, for somebody who has never seen it. */
export function Lead() {
  return (
    <div className="lead">
      <p>
        <b>See every date a backfill will touch.</b> Runs here are simulated.
      </p>
      <p>
        <code>npm i dagfill</code> <CopyButton text="npm i dagfill" label="Copy" name="Copy npm i dagfill" />
        <a href={`${SOURCE}#readme`}>Docs</a>
        <a href={SOURCE}>Source</a>
      </p>
    </div>
  );
}
