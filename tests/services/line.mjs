// A line between a client and a server on this machine, by a TCP proxy: one that takes time, or that loses answers.
import { once } from "node:events";
import { connect, createServer } from "node:net";

/** A line to a port of the loopback interface. `delay`: milliseconds each way. `lose()`: from now on what is sent arrives, and the connection ends
 *  before its answer, until what it gives is called. */
export async function lineTo(port, { delay = 0 } = {}) {
  const open = new Set();
  let losing = false;
  const carry = (data, to) => {
    const write = () => to.writable && to.write(data);
    if (delay === 0) write();
    else setTimeout(write, delay);
  };
  const server = createServer((near) => {
    const far = connect(port, "127.0.0.1");
    const both = [near, far];
    const end = () => {
      open.delete(near);
      // Bytes on their way arrive first.
      setTimeout(() => both.map((socket) => socket.destroy()), delay * 5);
    };
    open.add(near);
    for (const socket of both) {
      socket.setNoDelay(true);
      socket.on("error", end);
      socket.on("close", end);
    }
    near.on("data", (data) => carry(data, far));
    far.on("data", (data) => {
      if (losing) for (const socket of both) socket.destroy();
      else carry(data, near);
    });
  });
  server.listen(0, "127.0.0.1");
  await once(server, "listening");
  return {
    port: server.address().port,
    lose: () => {
      losing = true;
      return () => {
        losing = false;
      };
    },
    close: () => {
      server.close();
      for (const socket of open) socket.destroy();
    },
  };
}
