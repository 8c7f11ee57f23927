// `npm run docs`: the documentation site, from a build that is up to date.
import { build } from "./build.mjs";
import { main, say } from "./process.mjs";
import { site } from "./site.mjs";

main(async () => {
  await build();
  say(`open ${await site()}`);
});
