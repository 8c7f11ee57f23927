// Breaks the lines of a minified file, because Node prints the whole line that threw. esbuild's own line limit breaks after whatever
// token comes next, which makes a compressed file 6 % larger. Here a break stands for a semicolon or a space where it can, before every
// function, and else in places that look like places where many others stand, so that it compresses well: 1 %.
import { Failure } from "./process.mjs";
import { moved } from "./source_map.mjs";

/** The longest line. */
const longest = 200;
/** How often breaks are chosen anew by where the breaks before stood. */
const rounds = 12;
/** What is written at a break. */
const kinds = { none: 0, inserted: 1, instead: 2, inText: 3 };
/** What a break costs, in bits of a compressed file, beside what its surroundings say. */
const costs = { [kinds.inserted]: 1.2, [kinds.instead]: -0.3, [kinds.inText]: 40 };

/** `code` in lines of at most 200 characters, and its source map. `code` is what esbuild made without a line limit, `broken` what it
 *  made with the least. */
export async function withShortLines(esbuild, code, broken, map) {
  const places = placesOf(code, broken);
  const cuts = cutsOf(code, places);
  const lines = [];
  let start = 0;
  for (const place of [...cuts, code.length]) {
    const line = code.slice(start, places[place] === kinds.instead ? place - 1 : place);
    lines.push({ start, text: places[place] === kinds.inText ? `${line}\\` : line });
    start = place;
  }
  const text = lines.map((line) => line.text).join("\n");
  // A break is no semicolon everywhere: what is read must be the same program.
  const [before, after] = await Promise.all([code, text].map((input) => esbuild.transform(input, canonical)));
  if (before.code !== after.code) throw new Failure("breaking lines has changed a program");
  return {
    text,
    map: moved(
      map,
      code,
      lines.map((line) => line.start),
    ),
  };
}

const canonical = { minifyWhitespace: true, legalComments: "none" };

/** By place (before a character), which kind of break is possible. */
function placesOf(code, broken) {
  const places = new Uint8Array(code.length + 1);
  let at = 0;
  for (let from = 0; from < broken.length; from += 1) {
    const isContinued = broken.startsWith("\\\n", from) && !code.startsWith("\\\n", at);
    if (isContinued) {
      places[at] = kinds.inText;
      from += 1;
    } else if (broken[from] === code[at]) at += 1;
    else if (broken[from] !== "\n") throw new Failure("esbuild's line limit changes more than lines");
    else if (code[at] === " ") {
      at += 1;
      places[at] = kinds.instead;
    } else places[at] = kinds.inserted;
  }
  const inHeads = semicolonsOfHeads(code);
  for (let place = 2; place < code.length; place += 1) {
    if (places[place] === kinds.inserted && !inHeads.has(place - 1) && endsStatement(code, place)) {
      places[place] = kinds.instead;
    }
  }
  return places;
}

/** Whether the semicolon before a place may be a line break: the next word cannot go on with what stands before. */
function endsStatement(code, place) {
  if (code[place - 1] !== ";" || code[place - 2] === ";" || code[place - 2] === "{") return false;
  return /^(?!in\b|instanceof\b)[\w$]/.test(code.slice(place, place + 11));
}

/** The semicolons that no line break can stand for: those of `for (;;)`, and the empty statement after a head. */
function semicolonsOfHeads(code) {
  const found = new Set();
  for (const { index, 0: head } of code.matchAll(/\b(for|if|while|with)\(/g)) {
    let depth = 0;
    for (let at = index + head.length - 1; at < code.length; at += 1) {
      const character = code[at];
      if (character === "(") depth += 1;
      else if (character === ";") found.add(at);
      else if (character === ")") depth -= 1;
      else if (character === '"' || character === "'" || character === "`") at = endOfText(code, at);
      if (depth === 0) {
        if (code[at + 1] === ";") found.add(at + 1);
        break;
      }
    }
  }
  return found;
}

function endOfText(code, start) {
  for (let at = start + 1; at < code.length; at += 1) {
    if (code[at] === "\\") at += 1;
    else if (code[at] === code[start]) return at;
  }
  return start;
}

/** Whether a function or a class begins behind another one. A break before each of them says nothing new, and compresses to nothing. */
function startsFunction(code, place) {
  return code[place - 1] === "}" && /^(?:async )?(?:function|class)\b/.test(code.slice(place, place + 15));
}

/** The places of the breaks, ascending. */
function cutsOf(code, places) {
  const open = Uint32Array.from(places.keys()).filter((place) => places[place] !== kinds.none);
  const always = open.filter((place) => startsFunction(code, place));
  const possible = open.filter((place) => !startsFunction(code, place));
  const numbers = new Map();
  const groups = Uint32Array.from(possible, (place) => {
    const around = `${places[place]}${code.slice(place - 1, place + 2)}`;
    if (!numbers.has(around)) numbers.set(around, numbers.size);
    return numbers.get(around);
  });
  const sizes = counted(groups, groups.keys(), numbers.size);
  const own = Float64Array.from(possible, (place) => costs[places[place]]);
  const forced = [...lineEnds(code), ...always].sort((a, b) => a - b);
  let chosen = cheapest(
    possible,
    forced,
    own.map((cost) => (cost < 0 ? 0 : cost + 2)),
  );
  for (let round = 0; round < rounds; round += 1) {
    const used = counted(groups, chosen, numbers.size);
    const extra = used.map(
      (count, group) => -2.5 * Math.log2(Math.min(0.999, (count + 0.02) / sizes[group])),
    );
    chosen = cheapest(
      possible,
      forced,
      own.map((cost, index) => cost + extra[groups[index]]),
    );
  }
  return [...chosen.map((index) => possible[index]), ...always].sort((a, b) => a - b);
}

function counted(groups, indices, length) {
  const counts = new Float64Array(length);
  for (const index of indices) counts[groups[index]] += 1;
  return counts;
}

/** The places behind the line breaks that are there already, and the end. */
function lineEnds(code) {
  const ends = [];
  for (let at = code.indexOf("\n"); at >= 0; at = code.indexOf("\n", at + 1)) ends.push(at + 1);
  return ends.at(-1) === code.length ? ends : [...ends, code.length];
}

/** Indices of the breaks with the least sum of costs that leave no line too long that can be broken. */
function cheapest(possible, forced, costs) {
  const chosen = [];
  const sums = new Float64Array(possible.length);
  const before = new Int32Array(possible.length);
  // Breaks from which a line may still come here, the cheapest first: one that is dearer than a later one is never taken.
  const open = new Int32Array(possible.length + 1);
  let next = 0;
  let lineStart = 0;
  for (const end of forced) {
    const first = next;
    // -1 is the start of the line.
    const placeOf = (index) => (index < 0 ? lineStart : possible[index]);
    const sumOf = (index) => (index < 0 ? 0 : sums[index]);
    let [head, tail] = [0, 1];
    open[0] = -1;
    const nearest = (place) => {
      // Inside of a long regular expression there is no break: its line is as long as it is.
      while (head < tail - 1 && place - placeOf(open[head]) >= longest) head += 1;
      return open[head];
    };
    for (; next < possible.length && possible[next] < end; next += 1) {
      before[next] = nearest(possible[next]);
      sums[next] = sumOf(before[next]) + costs[next];
      while (tail > head && sumOf(open[tail - 1]) >= sums[next]) tail -= 1;
      open[tail] = next;
      tail += 1;
    }
    const breaks = [];
    for (let step = nearest(end); step >= first; step = before[step]) breaks.push(step);
    for (const index of breaks.reverse()) chosen.push(index);
    lineStart = end;
  }
  return chosen;
}
