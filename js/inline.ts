// The wasm module as text inside the entry. Base64 would be a third larger than the module and, worse, unreadable for
// compression: it tears bytes apart. Here each of the 87 most frequent bytes is one character and every other byte two,
// so the text is 8 % larger than the module and compresses as well as the module itself. All of it is ASCII, and none
// of it a quote, `\`, `$` or `<`: it survives any minifier, charset and inline script. A byte that comes once in a line's
// length is written as a line break, which keeps the lines short (Node prints the whole line of an uncaught error) and adds
// nothing to compress; "}" before a line break only ends a line. scripts/inline.mjs writes it.

const plain: number[] = [];
for (let code = 32; code < 125; code += 1)
  if (!"\"'`\\$<".includes(String.fromCharCode(code))) plain.push(code);

const LINE_BREAK = 10;

/** The bytes of a text that starts with the set of one-character bytes, as 64 hexadecimal digits, and the byte that a line
 *  break stands for, as two. */
export function decode(text: string): Uint8Array<ArrayBuffer> {
  // At [lead][character]; lead 0 is none, 1 and 2 are "}" and "~".
  const bytes = new Uint8Array(3 * 128);
  const lineByte = Number.parseInt(text.slice(64, 66), 16);
  let ones = 0;
  let twos = 0;
  for (let byte = 0; byte < 256; byte += 1) {
    if (byte === lineByte) continue;
    const isOne = (Number.parseInt(text.charAt(byte >> 2), 16) >> (byte & 3)) & 1;
    const lead = isOne ? 0 : 1 + Math.floor(twos / plain.length);
    const code = plain[(isOne ? ones++ : twos++) % plain.length] ?? 0;
    bytes[lead * 128 + code] = byte;
  }
  bytes[LINE_BREAK] = lineByte;
  const out = new Uint8Array(text.length);
  let length = 0;
  for (let at = 66; at < text.length; at += 1) {
    const code = text.charCodeAt(at);
    const lead = code < 125 ? 0 : code - 124;
    const character = lead === 0 ? code : text.charCodeAt(++at);
    if (lead > 0 && character === LINE_BREAK) continue;
    out[length++] = bytes[lead * 128 + character] ?? 0;
  }
  return out.subarray(0, length);
}
