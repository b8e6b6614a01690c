export { decryptFile, encryptFile, notAsWritten, type Sums, verifyFile } from "./files.ts";
export { type Header, makeHeader } from "./header.ts";
export { kindOfFile } from "./kind.ts";
export { type AgeFile, openAge, readFileKey } from "./open.ts";
