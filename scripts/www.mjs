// The demo page, a user of the package like any other: `npm run dev` serves it, `npm run build:www` builds the folder
// www/dist for any static host. What only the page needs is installed here, not by `npm start`.
import { join } from "node:path";
import { build } from "./build.mjs";
import { install } from "./install.mjs";
import { Failure, handOver, main, root } from "./process.mjs";

const [job, ...rest] = process.argv.slice(2);

main(async () => {
  if (job !== "dev" && job !== "build") throw new Failure(`expected dev or build, got ${job}`);
  await build();
  const cwd = join(root, "www");
  await install(cwd);
  await handOver("npm", ["run", "--silent", job, "--", ...rest], { cwd });
});
