export { decryptFile, encryptFile, verifyFile } from "./files.ts";
export { kindOfFile } from "./kind.ts";
export { type AgeFile, openAge, readFileKey } from "./open.ts";
