import { constants, deflateRawSync, inflateRawSync } from "node:zlib";

/** What is longer is compressed, bytes. */
const PLAIN_BYTES = 4 * 1024;
/** Messages are compressed while others wait, and read one at a time. */
const LEVEL = constants.Z_BEST_SPEED;

/** As a message is stored in `debug_logs`: as text, or raw DEFLATE (RFC 1951). */
export type Payload = string | Buffer;

export const packed = (text: string): Payload =>
  Buffer.byteLength(text) <= PLAIN_BYTES ? text : deflateRawSync(text, { level: LEVEL });

export const unpacked = (payload: Payload): string =>
  typeof payload === "string" ? payload : inflateRawSync(payload).toString();
