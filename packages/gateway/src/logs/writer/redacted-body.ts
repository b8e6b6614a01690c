import { BEYOND_BODY, BEYOND_NAME, type EntryBody } from "../entries.ts";

/** What is kept of a message. */
export interface KeptBody {
  text: string;
  /** Whether there was more of it. */
  isCut: boolean;
}

/**
 * A message without its secrets, and then cut off.
 *
 * @param limit what is kept of it, bytes; null for all
 */
export function redactedBody(
  body: EntryBody | null,
  limit: number | null,
  redact: (text: string) => string,
): KeptBody | null {
  if (body === null || body.text === null) return null;
  const isWhole = Buffer.byteLength(body.text) >= body.bytes;
  const clean = redact(body.text);
  // Where it was cut off before, a secret may stand there of which there is too little to know it.
  const sure = isWhole ? clean : clean.slice(0, Math.max(0, clean.length - BEYOND_BODY));
  const text = limit === null ? sure : startOf(sure, limit);
  return { text, isCut: text.length < clean.length || !isWhole };
}

/**
 * The same of a name or a sentence.
 *
 * @param most what is kept of it, characters
 */
export function redactedStart(
  text: string,
  most: number,
  redact: (text: string) => string,
): string {
  const clean = redact(text);
  const isWhole = text.length < most + BEYOND_NAME;
  const sure = isWhole ? clean : clean.slice(0, Math.max(0, clean.length - BEYOND_NAME));
  return sure.slice(0, most);
}

/** The beginning of a text, of so many bytes at most, no character of it cut in two. */
function startOf(text: string, bytes: number): string {
  // No UTF-16 unit takes more than three.
  if (text.length * 3 <= bytes || Buffer.byteLength(text) <= bytes) return text;
  const start = Buffer.from(text.slice(0, bytes));
  let end = Math.min(bytes, start.length);
  while (end > 0 && ((start[end] ?? 0) & 0xc0) === 0x80) end -= 1;
  return start.toString("utf8", 0, end);
}
