import { IncomingMessage, ServerResponse } from "node:http";
import { Socket } from "node:net";

/** A response that nobody reads: what is written stays in it, for the test to see. */
export class UnreadResponse extends ServerResponse {
  text = "";
  status = 0;
  headers: Record<string, unknown> = {};

  constructor() {
    super(new IncomingMessage(new Socket()));
  }

  override writeHead(status: number, headers?: unknown): this {
    this.status = status;
    this.headers = { ...Object(headers) };
    return super.writeHead(status);
  }

  override write(chunk: unknown): boolean {
    this.text += String(chunk);
    return super.write(chunk);
  }

  override end(chunk?: unknown): this {
    if (typeof chunk === "string") this.text += chunk;
    super.end();
    return this;
  }

  /** The client goes away. */
  leave(): void {
    this.destroy();
    this.emit("close");
  }

  /** The messages of an event stream so far. */
  get messages(): unknown[] {
    return this.#lines("data: ")
      .filter((data) => data !== "")
      .map((data): unknown => JSON.parse(data));
  }

  get ids(): string[] {
    return this.#lines("id: ");
  }

  #lines(start: string): string[] {
    const lines = this.text.split("\n").filter((line) => line.startsWith(start));
    return lines.map((line) => line.slice(start.length));
  }
}
