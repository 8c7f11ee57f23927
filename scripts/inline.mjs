// Writes the wasm module as the text that js/inline.ts reads; the idea stands there.

const plain = [];
for (let code = 32; code < 125; code += 1) {
  const character = String.fromCharCode(code);
  if (!"\"'`\\$<".includes(character)) plain.push(character);
}

/** The text of some bytes. */
export function encode(bytes) {
  const counts = new Array(256).fill(0);
  for (const byte of bytes) counts[byte] += 1;
  const frequent = [...counts.keys()].sort((a, b) => counts[b] - counts[a] || a - b).slice(0, plain.length);
  const ones = new Set(frequent);
  const codes = [];
  const digits = new Array(64).fill(0);
  let one = 0;
  let two = 0;
  for (let byte = 0; byte < 256; byte += 1) {
    if (ones.has(byte)) {
      digits[byte >> 2] |= 1 << (byte & 3);
      codes.push(plain[one++]);
    } else {
      codes.push("}~"[Math.floor(two / plain.length)] + plain[two++ % plain.length]);
    }
  }
  return (
    digits.map((digit) => digit.toString(16)).join("") + Array.from(bytes, (byte) => codes[byte]).join("")
  );
}
