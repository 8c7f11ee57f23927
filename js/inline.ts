// The wasm module as text inside the entry. Base64 would be a third larger than the module and, worse, unreadable for
// compression: it tears bytes apart. Here each of the 87 most frequent bytes is one character and every other byte two,
// so the text is 8 % larger than the module and compresses as well as the module itself. All of it is ASCII, and none
// of it a quote, `\`, `$` or `<`: it survives any minifier, charset and inline script. scripts/inline.mjs writes it.

const plain: number[] = [];
for (let code = 32; code < 125; code += 1)
  if (!"\"'`\\$<".includes(String.fromCharCode(code))) plain.push(code);

/** The bytes of a text that starts with the set of one-character bytes, as 64 hexadecimal digits. */
export function decode(text: string): Uint8Array<ArrayBuffer> {
  // At [lead][character]; lead 0 is none, 1 and 2 are "}" and "~".
  const bytes = new Uint8Array(3 * 128);
  let ones = 0;
  let twos = 0;
  for (let byte = 0; byte < 256; byte += 1) {
    const isOne = (Number.parseInt(text.charAt(byte >> 2), 16) >> (byte & 3)) & 1;
    const lead = isOne ? 0 : 1 + Math.floor(twos / plain.length);
    const code = plain[(isOne ? ones++ : twos++) % plain.length] ?? 0;
    bytes[lead * 128 + code] = byte;
  }
  const out = new Uint8Array(text.length);
  let length = 0;
  for (let at = 64; at < text.length; at += 1) {
    const code = text.charCodeAt(at);
    const index = code < 125 ? code : (code - 124) * 128 + text.charCodeAt(++at);
    out[length++] = bytes[index] ?? 0;
  }
  return out.subarray(0, length);
}
