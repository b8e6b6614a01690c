import { readFile, writeFile } from "node:fs/promises";
import { z } from "zod";

/** The two hops of a message: between client and gateway, and between gateway and server. */
export type Link = "client" | "server";

/** One message as it was on the wire. */
export interface Recorded {
  link: Link;
  /** Who sent it, by its role on this link: towards a server the gateway is the client. */
  from: "client" | "server";
  /** Number of the HTTP exchange on its link; 0 for stdio, which has one channel. */
  exchange: number;
  /** `Mcp-Session-Id` of the exchange. */
  session: string | null;
  /** `MCP-Protocol-Version` of the request. */
  version: string | null;
  /** `POST 200`, or `stdio`. */
  carrier: string;
  /** The parsed message; what is no JSON is its text. */
  message: unknown;
}

/** Whether the gateway is the one that sent it. */
export const isFromGateway = ({ link, from }: Recorded): boolean =>
  (link === "client") === (from === "server");

/** Takes what a recorder sees. */
export type Sink = (recorded: Recorded) => void;

/** Parses a body or an event; a batch becomes its messages. */
export const parseMessages = (text: string): unknown[] => {
  try {
    const parsed: unknown = JSON.parse(text);
    return Array.isArray(parsed) ? parsed : [parsed];
  } catch {
    return [text];
  }
};

export interface Recording {
  /** In the order they were seen. */
  messages: Recorded[];
  record: Sink;
  /** Adds what a `tee.ts` has written. */
  load(path: string): Promise<void>;
  /** Writes them as JSON lines. */
  save(path: string): Promise<void>;
}

const recordedSchema: z.ZodType<Recorded> = z.object({
  link: z.enum(["client", "server"]),
  from: z.enum(["client", "server"]),
  exchange: z.number(),
  session: z.string().nullable(),
  version: z.string().nullable(),
  carrier: z.string(),
  message: z.unknown(),
});

/** Reads recorded messages from JSON lines. */
export const readRecorded = async (path: string): Promise<Recorded[]> => {
  const lines = (await readFile(path, "utf8")).split("\n");
  return lines.filter((line) => line !== "").map((line) => recordedSchema.parse(JSON.parse(line)));
};

export const createRecording = (): Recording => {
  const messages: Recorded[] = [];
  return {
    messages,
    record: (recorded) => {
      messages.push(recorded);
    },
    load: async (path) => {
      messages.push(...(await readRecorded(path)));
    },
    save: async (path) => {
      await writeFile(path, messages.map((one) => `${JSON.stringify(one)}\n`).join(""));
    },
  };
};
