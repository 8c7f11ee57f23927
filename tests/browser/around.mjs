// Fixtures that the tests of one file share: opened before the first of them, closed after the last.
import { after, before } from "node:test";

/** Closing waits for opening: where a filter of names leaves no test, Node calls `after` while `before` still opens, and a browser that opens
 *  later would keep the process alive. */
export function aroundTests(open, close) {
  let opening;
  before(() => {
    opening = open();
    return opening;
  });
  after(async () => {
    // A failure to open has been told by `before`.
    await Promise.allSettled([opening]);
    await close();
  });
}
