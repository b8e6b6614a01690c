import type { ExitCode } from "../exit-codes.ts";

/** One thing that can go wrong; see {@link ERRORS}. */
export interface ErrorEntry {
  http: number;
  jsonRpc: number;
  exit: ExitCode;
  sentence: string;
  wayOut: string;
}
