// UTF-8 for the glue of the wasm module, where a test environment such as jsdom hides the platform's. The bundle puts these
// names in the place of the globals; the platform's own are used wherever they are.

/** Reads what the core wrote, which is always valid UTF-8. */
export class Utf8Decoder {
  decode(bytes: Uint8Array = new Uint8Array()): string {
    const units: number[] = [];
    let text = "";
    for (let at = 0; at < bytes.length; ) {
      const first = bytes[at++] ?? 0;
      const more = first < 0xc0 ? 0 : first < 0xe0 ? 1 : first < 0xf0 ? 2 : 3;
      let code = more === 0 ? first : first & (0x3f >> more);
      for (let left = more; left > 0; left -= 1) code = (code << 6) | ((bytes[at++] ?? 0) & 0x3f);
      if (code > 0xffff) units.push(0xd800 + ((code - 0x10000) >> 10), 0xdc00 + (code & 0x3ff));
      else units.push(code);
      // Engines bound the number of a call's arguments.
      if (units.length > 8000) text += String.fromCharCode(...units.splice(0));
    }
    return text + String.fromCharCode(...units);
  }
}

/** The leading bits of a first byte, by the number of bytes that follow it. */
const LEADS = [0, 0xc0, 0xe0, 0xf0] as const;

/** Half a surrogate pair becomes U+FFFD, as the platform has it. */
export class Utf8Encoder {
  encode(text: string): Uint8Array {
    const bytes: number[] = [];
    for (const character of text) {
      const read = character.codePointAt(0) ?? 0;
      const code = read >= 0xd800 && read <= 0xdfff ? 0xfffd : read;
      const more: 0 | 1 | 2 | 3 = code < 0x80 ? 0 : code < 0x800 ? 1 : code < 0x10000 ? 2 : 3;
      bytes.push(LEADS[more] | (code >> (6 * more)));
      for (let left = more - 1; left >= 0; left -= 1) bytes.push(0x80 | ((code >> (6 * left)) & 0x3f));
    }
    return Uint8Array.from(bytes);
  }
}

const platform = globalThis as { TextDecoder?: typeof Utf8Decoder; TextEncoder?: typeof Utf8Encoder };

export const TextDecoder = platform.TextDecoder ?? Utf8Decoder;
export const TextEncoder = platform.TextEncoder ?? Utf8Encoder;
