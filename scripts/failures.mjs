// Reads the failed tests out of a step's output. A CI log is often cut to its end: the names and the errors belong beside the counts.

/** The failed tests of the output of node:test and of cargo, each with the first lines of its error; `lines` is the most of one step. */
export function failuresIn(output, lines = 40) {
  const texts = [...nodeFailures(output), ...cargoFailures(output)];
  const each = Math.max(2, Math.floor(lines / Math.max(1, texts.length)));
  const shown = texts.slice(0, Math.max(1, Math.floor(lines / each)));
  const rest = texts.length - shown.length;
  const more = rest > 0 ? [`... and ${rest} more`] : [];
  return [...shown.map((text) => text.slice(0, each).join("\n")), ...more];
}

// The reporter `spec` repeats every failed test at its end: a line with its place, one with its name, its error indented.
function nodeFailures(output) {
  const found = [];
  for (const part of output.split(/^✖ failing tests:$/m).slice(1)) {
    for (const line of part.split("\n")) {
      if (/^test at /.test(line)) found.push([line]);
      else if (/^(ℹ|✔|▶) /.test(line)) break;
      else if (line.trim() !== "" && !/ at .*[( ]node:/.test(line)) found.at(-1)?.push(line);
    }
  }
  return found;
}

function cargoFailures(output) {
  const found = [];
  for (const [, name, text] of output.matchAll(
    /^---- (\S+) stdout ----\n([\s\S]*?)(?=^---- |^failures:$)/gm,
  )) {
    found.push([name, ...text.split("\n").filter((line) => line.trim() !== "")]);
  }
  return found;
}
