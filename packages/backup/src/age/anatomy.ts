import type { ErrorCode } from "@local-mcp/contract";
import { NONCE_BYTES, SEALED_CHUNK_BYTES } from "./stream.ts";

/** Taking age files apart and putting them together wrongly: for tests. */
export interface Parts {
  header: Buffer;
  nonce: Buffer;
  chunks: Buffer[];
}

/** An age file taken apart: the header ends with the first line that begins with three dashes. */
export const takeApart = (file: Buffer): Parts => {
  const end = file.indexOf("\n", file.indexOf("\n---") + 1) + 1;
  const body = file.subarray(end + NONCE_BYTES);
  const count = Math.ceil(body.length / SEALED_CHUNK_BYTES);
  return {
    header: file.subarray(0, end),
    nonce: file.subarray(end, end + NONCE_BYTES),
    chunks: Array.from({ length: count }, (_, index) =>
      body.subarray(index * SEALED_CHUNK_BYTES, (index + 1) * SEALED_CHUNK_BYTES),
    ),
  };
};

export const putTogether = ({ header, nonce, chunks }: Parts): Buffer =>
  Buffer.concat([header, nonce, ...chunks]);

/** The header with one of its lines written anew; the last is the MAC. */
export const withLine = (
  { header, ...rest }: Parts,
  index: number,
  change: (line: string) => string,
) => {
  const lines = header.toString("latin1").split("\n");
  lines[index] = change(lines[index] ?? "");
  return putTogether({ ...rest, header: Buffer.from(lines.join("\n"), "latin1") });
};

/** Which line of the header of a passphrase is which. */
export const LINES = { version: 0, stanza: 1, body: 2, mac: 3 };

/** Every field of a header that was made with the work factor 1, changed, and how it is refused. */
export const HEADER_CHANGES: readonly (readonly [
  what: string,
  line: number,
  change: (line: string) => string,
  code: ErrorCode,
])[] = [
  ["a newer version", LINES.version, () => "age-encryption.org/v2", "backup_not_ours"],
  ["another type", LINES.stanza, (line) => line.replace("scrypt", "script"), "backup_not_ours"],
  ["no salt", LINES.stanza, () => "-> scrypt 1", "backup_damaged"],
  [
    "a shorter salt",
    LINES.stanza,
    (line) => line.replace(/ .{4}(?=\S* 1$)/, " "),
    "backup_damaged",
  ],
  [
    "a salt of others",
    LINES.stanza,
    () => `-> scrypt ${"A".repeat(22)} 1`,
    "backup_wrong_passphrase",
  ],
  ["a salt not canonical", LINES.stanza, () => `-> scrypt ${"A".repeat(21)}B 1`, "backup_damaged"],
  ["less work", LINES.stanza, (line) => line.replace(/1$/, "0"), "backup_damaged"],
  ["other work", LINES.stanza, (line) => line.replace(/1$/, "2"), "backup_wrong_passphrase"],
  ["work as 01", LINES.stanza, (line) => line.replace(/1$/, "01"), "backup_damaged"],
  ["work as +1", LINES.stanza, (line) => line.replace(/1$/, "+1"), "backup_damaged"],
  ["work of 2^21", LINES.stanza, (line) => line.replace(/1$/, "21"), "backup_refused"],
  ["work of 2^64", LINES.stanza, (line) => line.replace(/1$/, "64"), "backup_refused"],
  ["work without end", LINES.stanza, (line) => line + "0".repeat(5000), "backup_refused"],
  ["one argument more", LINES.stanza, (line) => `${line} 1`, "backup_damaged"],
  ["another body", LINES.body, () => "A".repeat(43), "backup_wrong_passphrase"],
  ["a body not canonical", LINES.body, () => `${"A".repeat(42)}B`, "backup_damaged"],
  ["a shorter body", LINES.body, () => "A".repeat(40), "backup_damaged"],
  ["a padded body", LINES.body, (line) => `${line}=`, "backup_damaged"],
  ["another MAC", LINES.mac, () => `--- ${"A".repeat(43)}`, "backup_wrong_passphrase"],
  ["a shorter MAC", LINES.mac, () => `--- ${"A".repeat(22)}`, "backup_wrong_passphrase"],
  ["no MAC", LINES.mac, () => "---", "backup_damaged"],
  ["lines that end as on Windows", LINES.body, (line) => `${line}\r`, "backup_damaged"],
];
