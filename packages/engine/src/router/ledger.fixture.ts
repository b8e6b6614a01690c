import type { Era } from "../definitions.ts";
import type { JsonObject } from "../jsonrpc.ts";

/** What a scripted server does for one call, one after the other. */
type Step = "log" | "progress" | "form" | "sample" | "roots" | "withdraw" | "pause";

/** How the client meets what is asked of it on account of one call. */
type Attitude =
  | "accept"
  | "decline"
  /** A legacy client answers with an error, a modern one first with something unusable. */
  | "refuse"
  /** Never answers. */
  | "silent"
  /** A modern client repeats its request twice with the same state. */
  | "replay"
  /** Somebody else, with a token of his own, comes with the state first. */
  | "stolen";

export interface CallPlan {
  server: number;
  steps: Step[];
  end: "result" | "error" | "never";
  attitude: Attitude;
  /** Whether the server does not stop when the call is cancelled, as many tools do not. */
  goesOn: boolean;
  /** After how many of the things that happen the client gives the call up. */
  givenUpAfter: number | null;
}

/** The five ways in which a server is reached, by what is known of where its messages belong. */
export type ServerKind =
  /** Legacy, one channel for everybody, as a shared process has it. */
  | "channel"
  /** Legacy, a channel for each client. */
  | "own"
  /** Legacy, a stream for each request. */
  | "streams"
  /** Modern, a stream for each request. */
  | "modern"
  /** Modern, one channel for everybody. */
  | "modern-channel";

export const isModernKind = (kind: ServerKind): boolean => kind.startsWith("modern");

/** Whether such a server's messages are known to be of one request, and not only of one client. */
export const isExact = (kind: ServerKind): boolean => kind === "streams" || kind === "modern";

/** What is asked under a step's name. */
export const QUESTIONS: Readonly<Record<string, { method: string; ability: string }>> = {
  form: { method: "elicitation/create", ability: "elicitation" },
  withdraw: { method: "elicitation/create", ability: "elicitation" },
  sample: { method: "sampling/createMessage", ability: "sampling" },
  roots: { method: "roots/list", ability: "roots" },
};

/** What one call is known by everywhere: `name#number`, the client's name first. */
export type Word = string;

const WORD = /\b([a-z]+)#\d+/g;

export const ownerOf = (word: Word): string => word.slice(0, word.indexOf("#"));

/** The words in a message, wherever in it they are. */
export const wordsIn = (message: unknown): Word[] => [
  ...new Set([...JSON.stringify(message).matchAll(WORD)].map(([word]) => word)),
];

export interface LedgerCall {
  word: Word;
  era: Era;
  kind: ServerKind;
  plan: CallPlan;
  /** Whether its end need not be the server's own answer. */
  isGivenUp: boolean;
  isAnswered: boolean;
}

/** What is known to both ends about the calls of one run, and what they found wrong. */
export class Ledger {
  readonly faults: string[] = [];
  readonly calls = new Map<Word, LedgerCall>();
  /** How often the things happened that the test is about. */
  readonly counts: Record<string, number> = {};

  fault(text: string, message?: JsonObject): void {
    this.faults.push(message ? `${text}: ${JSON.stringify(message)}` : text);
  }

  count(what: string): void {
    this.counts[what] = (this.counts[what] ?? 0) + 1;
  }

  call(word: Word): LedgerCall {
    const call = this.calls.get(word);
    if (!call) throw new Error(`nobody called ${word}`);
    return call;
  }
}
