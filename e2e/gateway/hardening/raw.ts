import { connect } from "node:net";

/** What came back, byte for byte as far as HTTP says what the bytes are. */
export interface RawAnswer {
  /** 0 where the connection was closed without an answer. */
  status: number;
  /** By lower-case name, each as often as it came. */
  headers: Map<string, string[]>;
  body: string;
  /** Whether the connection was closed by the other side, and not given up by us. */
  isClosed: boolean;
}

/** How long nothing may come before we give up, ms: a stream that should not be there goes on. */
const PATIENCE_MS = 5000;

/**
 * Sends these bytes and nothing else, and reads until the other side closes: no client library
 * stands between that would repair what is wrong with them.
 */
export function sendBytes(url: string, bytes: string | Buffer): Promise<RawAnswer> {
  const { hostname, port } = new URL(url);
  return new Promise((resolve, reject) => {
    const socket = connect(Number(port), hostname.replace(/^\[|\]$/g, ""));
    const chunks: Buffer[] = [];
    let isClosed = true;
    socket.setTimeout(PATIENCE_MS, () => {
      isClosed = false;
      socket.destroy();
    });
    socket.on("data", (chunk: Buffer) => chunks.push(chunk));
    socket.on("error", (error: NodeJS.ErrnoException) => {
      // What came before the connection was cut off counts.
      if (error.code !== "ECONNRESET" && error.code !== "EPIPE") reject(error);
    });
    socket.on("close", () => {
      resolve({ ...read(Buffer.concat(chunks).toString("latin1")), isClosed });
    });
    socket.write(bytes);
  });
}

/** The lines of a request that closes its connection, with `\r\n` between them. */
export const request = (first: string, headers: readonly string[], body = ""): string =>
  [`${first} HTTP/1.1`, ...headers, "Connection: close", "", body].join("\r\n");

function read(text: string): Omit<RawAnswer, "isClosed"> {
  const end = text.indexOf("\r\n\r\n");
  const [first = "", ...lines] = text.slice(0, Math.max(end, 0)).split("\r\n");
  const headers = new Map<string, string[]>();
  for (const line of lines) {
    const at = line.indexOf(":");
    const name = line.slice(0, at).toLowerCase();
    headers.set(name, [...(headers.get(name) ?? []), line.slice(at + 1).trim()]);
  }
  const status = Number(/^HTTP\/1\.1 (\d{3})/.exec(first)?.[1] ?? 0);
  return { status, headers, body: end === -1 ? "" : text.slice(end + 4) };
}
