// Calls of engines over HTTP that no answer comes to: the message says to which server, and why, also the warning of a backfill that waits.
import assert from "node:assert/strict";
import { once } from "node:events";
import { createServer as createTlsServer } from "node:https";
import { createServer } from "node:net";
import { test } from "node:test";
import { BackfillService } from "dagfill";
import { defineEngine } from "dagfill/engine";
import { airflowEngine } from "dagfill/engine/airflow";
import { httpEngine } from "dagfill/engine/http";
import { prefectEngine } from "dagfill/engine/prefect";

const engines = {
  http: (url) => httpEngine({ url }),
  airflow: (url) => airflowEngine({ url, token: () => "token" }),
  prefect: (url) => prefectEngine({ url, deployment: () => "flow/deployment" }),
};

/** A server of the test's own, and its port. */
async function listening(t, server) {
  server.listen(0, "127.0.0.1");
  await once(server, "listening");
  t.after(() => server.close());
  return server.address().port;
}

/** The error of an engine's first call. */
async function refusal(t, name, url) {
  const engine = engines[name](url);
  t.after(() => engine.close());
  const error = await engine.status([crypto.randomUUID()]).then(
    () => assert.fail("it was answered"),
    (thrown) => thrown,
  );
  assert.ok(error.cause instanceof Error, "the error of fetch is its cause");
  return error.message;
}

for (const name of Object.keys(engines)) {
  test(`${name}: a port that nobody listens to`, async (t) => {
    const server = createServer();
    const port = await listening(t, server);
    server.close();
    await once(server, "close");
    const url = `http://127.0.0.1:${port}`;
    const message = await refusal(t, name, url);
    assert.match(
      message,
      new RegExp(`^(GET|POST) ${url}/\\S+: connect ECONNREFUSED 127\\.0\\.0\\.1:${port}$`),
    );
    // A name with several addresses: each of them is told.
    const named = await refusal(t, name, `http://localhost:${port}`);
    assert.match(
      named,
      new RegExp(`: connect ECONNREFUSED [\\d.:]+:${port}(; connect E\\w+ [\\d.:]+:${port}.*)?$`),
    );
  });

  test(`${name}: a host that nobody has`, async (t) => {
    const message = await refusal(t, name, "http://nothing.invalid:8080");
    assert.match(
      message,
      /^(GET|POST) http:\/\/nothing\.invalid:8080\/\S+: getaddrinfo (ENOTFOUND|EAI_AGAIN) nothing\.invalid$/,
    );
  });

  test(`${name}: a certificate that nobody vouches for`, async (t) => {
    const server = createTlsServer({ key: KEY, cert: CERTIFICATE });
    const port = await listening(t, server);
    const message = await refusal(t, name, `https://localhost:${port}`);
    assert.match(message, /: self-signed certificate.* \(DEPTH_ZERO_SELF_SIGNED_CERT\)$/);
  });

  test(`${name}: a server that closes the connection before, or in the middle of, its answer`, async (t) => {
    const sockets = createServer((socket) => socket.once("data", () => socket.destroy()));
    const url = `http://127.0.0.1:${await listening(t, sockets)}`;
    assert.match(await refusal(t, name, url), /: (other side closed|read ECONNRESET)( \(UND_ERR_SOCKET\))?$/);
    const cut = createServer((socket) =>
      socket.once("data", () => socket.end("HTTP/1.1 200 OK\r\ncontent-length: 100\r\n\r\n{")),
    );
    const half = await refusal(t, name, `http://127.0.0.1:${await listening(t, cut)}`);
    assert.match(half, /: other side closed \(UND_ERR_SOCKET\)$/);
  });

  test(`${name}: a URL with a user and a password, which fetch would refuse by showing both`, () => {
    for (const url of ["https://bob:secret@host", "https://bob@host/api"])
      assert.throws(
        () => engines[name](url),
        (error) => {
          assert.equal(error.code, "INVALID_OPTION");
          assert.equal(error.field, "url");
          assert.match(
            error.message,
            /^url: expected a URL without a user and a password, got one .* "https:\/\/host/,
          );
          assert.match(error.hint, /header/);
          assert.doesNotMatch(`${error.message} ${error.hint}`, /bob|secret/);
          return true;
        },
      );
  });
}

const dag = { dagId: "sales", schedule: "@daily" };
const range = { dagId: "sales", startDate: "2024-01-01", endDate: "2024-01-01" };

test("a backfill says at its start why the engine cannot be reached, or warns so while it waits", async (t) => {
  const server = createServer();
  const port = await listening(t, server);
  server.close();
  const refused = new RegExp(`connect ECONNREFUSED 127\\.0\\.0\\.1:${port}`);
  const engine = airflowEngine({ url: `http://127.0.0.1:${port}`, token: () => "token" });
  t.after(() => engine.close());
  const service = new BackfillService({ dags: [dag], engine });
  await assert.rejects(service.backfill(range), { code: "ENGINE_FAILED", message: refused });

  const { submit, status, cancel } = httpEngine({ url: `http://127.0.0.1:${port}` });
  const calls = { name: "http", keepsResultsFor: 1_000, submit, status, cancel, close: async () => {} };
  const waiting = defineEngine(calls, { silence: 100, repeat: 60_000, pause: [10, 50] });
  const warned = Promise.withResolvers();
  const backfill = await new BackfillService({ dags: [dag], engine: waiting }).start(range, {
    onEvent: ({ type, warning }) => type === "warning" && warned.resolve(warning),
  });
  const warning = await warned.promise;
  assert.equal(warning.code, "engine_silent");
  assert.match(warning.message, refused);
  backfill.result.catch(() => {});
  await waiting.close();
});

// A certificate of "localhost" for this test alone, valid for a hundred years.
const KEY = `-----BEGIN PRIVATE KEY-----
MIGHAgEAMBMGByqGSM49AgEGCCqGSM49AwEHBG0wawIBAQQg3TGMpBi2KXPOi6vc
r+iL2VI3V3uOjZxmiGv89+1Oax+hRANCAAQ6fNaMpDrvLiYJMMiJYcZOUPp6ej/a
qG7h9mzGJSzdna0bKlfQ8Ja9Tib45BZ0RQMSOMLAstI41L2qhBaPboUo
-----END PRIVATE KEY-----`;
const CERTIFICATE = `-----BEGIN CERTIFICATE-----
MIIBgDCCASWgAwIBAgIUJZ3NO1uAULKlejGICxKqdUZB0vIwCgYIKoZIzj0EAwIw
FDESMBAGA1UEAwwJbG9jYWxob3N0MCAXDTI2MTEyNzE2MjkwMVoYDzIxMjYxMTAz
MTYyOTAxWjAUMRIwEAYDVQQDDAlsb2NhbGhvc3QwWTATBgcqhkjOPQIBBggqhkjO
PQMBBwNCAAQ6fNaMpDrvLiYJMMiJYcZOUPp6ej/aqG7h9mzGJSzdna0bKlfQ8Ja9
Tib45BZ0RQMSOMLAstI41L2qhBaPboUoo1MwUTAdBgNVHQ4EFgQUqpXwzGssfaoq
XSiDhhmJVDEwSKAwHwYDVR0jBBgwFoAUqpXwzGssfaoqXSiDhhmJVDEwSKAwDwYD
VR0TAQH/BAUwAwEB/zAKBggqhkjOPQQDAgNJADBGAiEAw8YW2xY1rWz7GFUtWicC
FTBmhtuRGqjoyHTS0Q51dP0CIQCbKyNpPUpmf4KLLGk9E+VZgfL76TNwARLe39Dt
xo20zA==
-----END CERTIFICATE-----`;
