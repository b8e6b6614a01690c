export { decryptFile, encryptFile, type Following, type Sums, verifyFile } from "./files.ts";
export { type FileKey, MAX_WORK_FACTOR, WORK_FACTOR } from "./header.ts";
export { type FileKind, kindOfFile } from "./kind.ts";
export {
  type AgeFile,
  type AgeSource,
  openAge,
  type Opener,
  type Piece,
  readFileKey,
} from "./open.ts";
