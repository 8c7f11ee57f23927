// Writes the wasm module as the text that js/inline.ts reads; the idea stands there.

const plain = [];
for (let code = 32; code < 125; code += 1) {
  const character = String.fromCharCode(code);
  if (!"\"'`\\$<".includes(character)) plain.push(character);
}

const longestLine = 190;
/** The byte that a line break stands for is the rarest of those that come at least once in so many bytes. */
const lineLength = 25;

/** The text of some bytes. */
export function encode(bytes) {
  const counts = new Array(256).fill(0);
  for (const byte of bytes) counts[byte] += 1;
  const frequent = [...counts.keys()].sort((a, b) => counts[b] - counts[a] || a - b);
  const lineByte = frequent.findLast((byte) => counts[byte] * lineLength >= bytes.length) ?? frequent[0];
  const ones = new Set(frequent.filter((byte) => byte !== lineByte).slice(0, plain.length));
  const codes = [];
  const digits = new Array(64).fill(0);
  let one = 0;
  let two = 0;
  for (let byte = 0; byte < 256; byte += 1) {
    if (byte === lineByte) codes.push("\n");
    else if (ones.has(byte)) {
      digits[byte >> 2] |= 1 << (byte & 3);
      codes.push(plain[one++]);
    } else {
      codes.push("}~"[Math.floor(two / plain.length)] + plain[two++ % plain.length]);
    }
  }
  const parts = [digits.map((digit) => digit.toString(16)).join(""), lineByte.toString(16).padStart(2, "0")];
  let length = 100;
  for (const byte of bytes) {
    const code = codes[byte];
    if (length + code.length >= longestLine) {
      parts.push("}\n");
      length = 0;
    }
    parts.push(code);
    length = code === "\n" ? 0 : length + code.length;
  }
  return parts.join("");
}
