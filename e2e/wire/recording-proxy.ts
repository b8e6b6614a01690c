import {
  createServer,
  request as send,
  type IncomingHttpHeaders,
  type IncomingMessage,
  type ServerResponse,
} from "node:http";
import { createParser } from "eventsource-parser";
import { parseMessages, type Link, type Recorded, type Sink } from "./record.ts";

export interface RecordingProxy {
  /** Same path as the target's. */
  url: string;
  close(): Promise<void>;
}

/** Unique in the process, so that recorders can share a recording. */
let exchanges = 0;

interface ProxyOptions {
  target: string;
  link: Link;
  record: Sink;
}

const single = (headers: IncomingHttpHeaders, name: string): string | null => {
  const value = headers[name];
  return typeof value === "string" ? value : null;
};

/** Host and Origin as the target would have got them without a recorder before it. */
const asTarget = ({ headers, socket }: IncomingMessage, target: URL): Record<string, string> => {
  const own = `:${socket.localPort}`;
  const { host, origin } = headers;
  return {
    ...(host?.endsWith(own) && { host: host.replace(own, `:${target.port}`) }),
    ...(origin?.endsWith(own) && { origin: origin.replace(own, `:${target.port}`) }),
  };
};

/** Hands over the text of a body, or the data of each event, as it passes. */
const reader = (type: string, onText: (text: string) => void) => {
  const decoder = new TextDecoder();
  if (type.startsWith("text/event-stream")) {
    const parser = createParser({ onEvent: ({ data }) => data !== "" && onText(data) });
    return {
      chunk: (bytes: Buffer) => parser.feed(decoder.decode(bytes, { stream: true })),
      end: () => undefined,
    };
  }
  let body = "";
  return {
    chunk: (bytes: Buffer) => {
      body += decoder.decode(bytes, { stream: true });
    },
    end: () => {
      if (body !== "" && type.startsWith("application/json")) onText(body);
    },
  };
};

/**
 * Stands between two parties of MCP over HTTP and records every message. Bytes, headers, status,
 * pauses and broken connections pass unchanged in both directions; only where Host or Origin name
 * the recorder itself, they name the target behind it.
 */
export const startRecordingProxy = async (options: ProxyOptions): Promise<RecordingProxy> => {
  const { target, link, record } = options;

  const pass = (incoming: IncomingMessage, outgoing: ServerResponse) => {
    const base: Omit<Recorded, "from" | "message" | "carrier"> = {
      link,
      exchange: ++exchanges,
      session: single(incoming.headers, "mcp-session-id"),
      version: single(incoming.headers, "mcp-protocol-version"),
    };
    const note = (
      from: Recorded["from"],
      carrier: string,
      session: string | null,
      text: string,
    ) => {
      for (const message of parseMessages(text)) {
        record({ ...base, session, from, carrier, message });
      }
    };
    const method = incoming.method ?? "";
    // Agents are left out: a connection of its own per exchange breaks alone.
    const forward = send(new URL(incoming.url ?? "", target), {
      method,
      headers: { ...incoming.headers, ...asTarget(incoming, new URL(target)) },
      agent: false,
    });

    const asked = reader("application/json", (text) => note("client", method, base.session, text));
    incoming.on("data", asked.chunk);
    incoming.on("end", asked.end);
    incoming.pipe(forward);

    forward.on("response", (answer) => {
      const session = single(answer.headers, "mcp-session-id") ?? base.session;
      const carrier = `${method} ${answer.statusCode}`;
      const told = reader(answer.headers["content-type"] ?? "", (text) =>
        note("server", carrier, session, text),
      );
      outgoing.writeHead(answer.statusCode ?? 502, answer.statusMessage, answer.headers);
      outgoing.flushHeaders();
      answer.on("data", told.chunk);
      answer.on("end", told.end);
      answer.on("error", () => outgoing.destroy());
      answer.pipe(outgoing);
    });
    forward.on("error", () => outgoing.destroy());
    outgoing.on("close", () => forward.destroy());
  };

  const server = createServer(pass);
  await new Promise<void>((resolve, reject) => {
    server.once("error", reject);
    server.listen(0, "127.0.0.1", resolve);
  });
  const address = server.address();
  if (address === null || typeof address === "string") throw new Error("no port");
  return {
    url: `http://127.0.0.1:${address.port}${new URL(target).pathname}`,
    close: () =>
      new Promise((resolve) => {
        server.close(() => resolve());
        server.closeAllConnections();
      }),
  };
};
