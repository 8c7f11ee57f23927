// What the tests of one file share, opened before them and closed after them.
import { after, before } from "node:test";

/** Where a filter of names leaves no test, Node calls `after` while `before` still opens: closing waits, so that nothing is left that keeps the
 *  process alive. */
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
