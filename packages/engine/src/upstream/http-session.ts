import type http from "node:http";
import { isObject } from "../jsonrpc.ts";

/** What servers of the reference implementation answer, with status 400, for a session long gone. */
const NO_SUCH_SESSION = -32000;

type Headers = Readonly<Record<string, string>>;

/** The session that a server of the legacy era may keep (MCP 2025-11-25, session management). */
export class HttpSession {
  #id: string | null = null;
  /** Whether the server has accepted anything in it yet. */
  #hasWorked = false;
  /** As agreed on in the handshake; null before. */
  protocolVersion: string | null = null;

  get isKept(): boolean {
    return this.#id !== null;
  }

  /** Of a message that was accepted. */
  note({ headers }: http.IncomingMessage, isOpening: boolean): void {
    const id = headers["mcp-session-id"];
    if (typeof id === "string") this.#id = id;
    if (!isOpening) this.#hasWorked = true;
  }

  /** Whether a refusal says that the server has ended it. */
  isLost(status: number, body: unknown): boolean {
    if (this.#id === null) return false;
    const code = isObject(body) && isObject(body.error) ? body.error.code : null;
    return status === 404 || (status === 400 && code === NO_SUCH_SESSION && this.#hasWorked);
  }

  /** What is sent along in it. */
  get headers(): Headers {
    return {
      ...(this.#id !== null && { "mcp-session-id": this.#id }),
      ...(this.protocolVersion !== null && { "mcp-protocol-version": this.protocolVersion }),
    };
  }

  /** The headers with which the server is told of its end; null where there is none to end. */
  leave(): Headers | null {
    const headers = this.isKept ? this.headers : null;
    this.#id = null;
    return headers;
  }
}
