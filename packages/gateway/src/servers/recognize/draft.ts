import { GatewayError } from "@local-mcp/contract";
import type { DraftSignIn } from "./client-sign-in.ts";

/** More than anybody has. */
const MAX_SERVERS = 500;

/** @throws GatewayError validation_failed where a text has more servers than are read */
export function checkCount(servers: number): void {
  if (servers <= MAX_SERVERS) return;
  throw new GatewayError("validation_failed", {
    detail: `There are more than ${MAX_SERVERS} servers in this.`,
  });
}

/** A server as a text has it, before secrets are told apart and names are given. */
export type Draft = DraftServer | DraftProblem;

interface Named {
  /** What the text calls it; empty where it does not. */
  original: string;
  /** Where it is in a file of JSON or TOML: a JSON pointer (RFC 6901). */
  pointer?: string;
}

export interface DraftServer extends Named {
  enabled: boolean;
  reach: DraftCommand | DraftAddress;
}

export interface DraftCommand {
  transport: "stdio";
  command: string;
  args: string[];
  cwd: string | null;
  env: Record<string, string>;
}

export interface DraftAddress {
  transport: "http" | "sse";
  url: string;
  headers: Record<string, string>;
  signIn?: DraftSignIn;
}

interface DraftProblem extends Named {
  /** Why it cannot be added, as a sentence. */
  problem: string;
}

/** By its path, where nothing says how it speaks: legacy servers are found at `/sse`. */
export const transportOf = (url: string, said: string | undefined): "http" | "sse" => {
  if (said !== undefined && said !== "") return /^sse$/i.test(said) ? "sse" : "http";
  return /\/sse\/?(?:[?#]|$)/i.test(url) ? "sse" : "http";
};

/** `Name: value` of a header, or null where it is none. */
export function headerOf(text: string): [name: string, value: string] | null {
  const header = /^\s*([^:\s]+)\s*:\s*([^]*)$/.exec(text);
  return header ? [header[1] ?? "", header[2] ?? ""] : null;
}
