// The canvas has no accessibility tree: its colours are checked here, by the numbers of the style sheet.
import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { test } from "node:test";
import { root } from "../../scripts/process.mjs";

const css = readFileSync(join(root, "www/src/tokens.css"), "utf8");
const outcomes = ["create", "again", "running", "success", "failed", "canceled"];

/** The custom properties of the light scheme, or of the dark one over it. */
function tokens(dark) {
  const read = (block) =>
    Object.fromEntries(
      [...block.matchAll(/--([\w-]+): (#[0-9a-f]{6})/g)].map(([, name, hex]) => [name, hex]),
    );
  const light = read(css.slice(0, css.indexOf('[data-theme="light"]')));
  const chosen = css.slice(css.indexOf(':root[data-theme="dark"] {\n  --page'));
  return dark ? { ...light, ...read(chosen.slice(0, chosen.indexOf("}"))) } : light;
}

const channels = (hex) => [1, 3, 5].map((at) => Number.parseInt(hex.slice(at, at + 2), 16) / 255);
const linear = (value) => (value <= 0.04045 ? value / 12.92 : ((value + 0.055) / 1.055) ** 2.4);
const luminance = (rgb) => rgb.reduce((sum, value, at) => sum + value * [0.2126, 0.7152, 0.0722][at], 0);

function contrast(a, b) {
  const [x, y] = [a, b].map((hex) => luminance(channels(hex).map(linear)) + 0.05).sort((m, n) => n - m);
  return x / y;
}

// Machado, Oliveira and Fernandes 2009, severity 1, on linear RGB.
const visions = {
  normal: [
    [1, 0, 0],
    [0, 1, 0],
    [0, 0, 1],
  ],
  protan: [
    [0.152286, 1.052583, -0.204868],
    [0.114503, 0.786281, 0.099216],
    [-0.003882, -0.048116, 1.051998],
  ],
  deutan: [
    [0.367322, 0.860646, -0.227968],
    [0.280085, 0.672501, 0.047413],
    [-0.01182, 0.04294, 0.968881],
  ],
  tritan: [
    [1.255528, -0.076749, -0.178779],
    [-0.078411, 0.930809, 0.147602],
    [0.004733, 0.691367, 0.3039],
  ],
};

function lab(rgb) {
  const [r, g, b] = rgb.map((value) => Math.min(1, Math.max(0, value)));
  const xyz = [
    (0.4124564 * r + 0.3575761 * g + 0.1804375 * b) / 0.95047,
    0.2126729 * r + 0.7151522 * g + 0.072175 * b,
    (0.0193339 * r + 0.119192 * g + 0.9503041 * b) / 1.08883,
  ].map((value) => (value > 216 / 24389 ? Math.cbrt(value) : ((24389 / 27) * value + 16) / 116));
  return [116 * xyz[1] - 16, 500 * (xyz[0] - xyz[1]), 200 * (xyz[1] - xyz[2])];
}

/** CIEDE2000, after Sharma, Wu and Dalal 2005. */
function difference([l1, a1, b1], [l2, a2, b2]) {
  const degrees = (angle) => (angle * Math.PI) / 180;
  const mean = (Math.hypot(a1, b1) + Math.hypot(a2, b2)) / 2;
  const g = 0.5 * (1 - Math.sqrt(mean ** 7 / (mean ** 7 + 25 ** 7)));
  const [p1, p2] = [a1 * (1 + g), a2 * (1 + g)];
  const [c1, c2] = [Math.hypot(p1, b1), Math.hypot(p2, b2)];
  const hue = (a, b) => (a === 0 && b === 0 ? 0 : ((Math.atan2(b, a) * 180) / Math.PI + 360) % 360);
  const [h1, h2] = [hue(p1, b1), hue(p2, b2)];
  let turn = c1 * c2 === 0 ? 0 : h2 - h1;
  if (turn > 180) turn -= 360;
  if (turn < -180) turn += 360;
  let middle = c1 * c2 === 0 ? h1 + h2 : (h1 + h2) / 2;
  if (c1 * c2 !== 0 && Math.abs(h1 - h2) > 180) middle += h1 + h2 < 360 ? 180 : -180;
  const [l, c] = [(l1 + l2) / 2, (c1 + c2) / 2];
  const t =
    1 -
    0.17 * Math.cos(degrees(middle - 30)) +
    0.24 * Math.cos(degrees(2 * middle)) +
    0.32 * Math.cos(degrees(3 * middle + 6)) -
    0.2 * Math.cos(degrees(4 * middle - 63));
  const sl = 1 + (0.015 * (l - 50) ** 2) / Math.sqrt(20 + (l - 50) ** 2);
  const [sc, sh] = [1 + 0.045 * c, 1 + 0.015 * c * t];
  const rotation =
    -Math.sin(degrees(60 * Math.exp(-(((middle - 275) / 25) ** 2)))) *
    2 *
    Math.sqrt(c ** 7 / (c ** 7 + 25 ** 7));
  const [dl, dc, dh] = [
    (l2 - l1) / sl,
    (c2 - c1) / sc,
    (2 * Math.sqrt(c1 * c2) * Math.sin(degrees(turn / 2))) / sh,
  ];
  return Math.sqrt(dl ** 2 + dc ** 2 + dh ** 2 + rotation * dc * dh);
}

function seen(hex, vision) {
  const rgb = channels(hex).map(linear);
  return lab(visions[vision].map((row) => row.reduce((sum, factor, at) => sum + factor * rgb[at], 0)));
}

test("the difference of two colours is CIEDE2000", () => {
  // Pairs 1 and 7 of the authors' test data.
  assert.ok(Math.abs(difference([50, 2.6772, -79.7751], [50, 0, -82.7485]) - 2.0425) < 1e-4);
  assert.ok(Math.abs(difference([50, 0, 0], [50, -1, 2]) - 2.3669) < 1e-4);
});

for (const dark of [false, true]) {
  const scheme = dark ? "dark" : "light";
  const color = tokens(dark);

  test(`${scheme}: any two outcomes differ by 15 or more, for every kind of sight`, () => {
    let worst = [Infinity];
    for (const vision of Object.keys(visions))
      outcomes.forEach((a, at) => {
        for (const b of outcomes.slice(at + 1)) {
          const size = difference(seen(color[a], vision), seen(color[b], vision));
          if (size < worst[0]) worst = [size, `${a} and ${b}, ${vision}`];
        }
      });
    console.log(`# ${scheme}: worst pair ${worst[0].toFixed(1)} (${worst[1]})`);
    assert.ok(worst[0] >= 15, `${worst}`);
  });

  test(`${scheme}: fills stand out 3 to 1, marks on them 3 to 1, text 4.5 to 1`, () => {
    for (const name of outcomes) {
      // Running is too bright for that on white: it always carries its mark in dark ink.
      if (name !== "running") assert.ok(contrast(color[name], color.page) >= 3, `${name} on the page`);
      assert.ok(contrast(color[name], color[`on-${name}`]) >= 3, `mark on ${name}`);
    }
    for (const name of ["ink", "dim", "bad", "warn", "focus"])
      for (const ground of ["page", "panel"])
        assert.ok(contrast(color[name], color[ground]) >= 4.5, `${name} on ${ground}`);
    for (const name of ["create", "again", "running", "success", "failed", "canceled"])
      assert.ok(contrast(color[name], color[`on-${name}`]) >= 4.5, `text on ${name}`);
    assert.ok(contrast(color.edge, color.page) >= 3, "edges of controls");
  });
}

test("the components have the colours of the page", () => {
  const styles = readFileSync(join(root, "js/react/styles.css"), "utf8");
  const pair =
    /--df-([\w-]+): var\(\s*--dagfill-[\w-]+,\s*var\(--dagfill-if-light, (#\w+)\)\s*var\(--dagfill-if-dark, (#\w+)\)\s*\)/g;
  const colors = [...styles.matchAll(pair)];
  assert.ok(colors.length >= 28, `${colors.length}`);
  const [light, dark] = [tokens(false), tokens(true)];
  for (const [, name, ofLight, ofDark] of colors)
    assert.deepEqual([ofLight, ofDark], [light[name], dark[name]], name);
});
