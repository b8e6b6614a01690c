import { StreamableHTTPClientTransport } from "@modelcontextprotocol/client";
import { isMessage, isRecord, RpcError, type Message } from "../fixtures/json-rpc.ts";
import type { AnswerInput } from "./exercise.ts";

/**
 * A client of the revisions with `initialize`, on the official transport (which resumes streams
 * that end early), without its typed layer: results come as they are.
 */
export class LegacyClient {
  private readonly transport: StreamableHTTPClientTransport;
  private readonly answer: AnswerInput;
  private readonly waiting = new Map<unknown, (message: Message) => void>();
  private nextId = 1;

  private constructor(url: string, answer: AnswerInput) {
    this.transport = new StreamableHTTPClientTransport(new URL(url));
    this.answer = answer;
    // oxlint-disable-next-line unicorn/prefer-add-event-listener -- the transport has no other way
    this.transport.onmessage = (message: unknown) => {
      if (isMessage(message)) this.take(message);
    };
  }

  static async connect(url: string, version: string, answer: AnswerInput): Promise<LegacyClient> {
    const client = new LegacyClient(url, answer);
    await client.transport.start();
    const result = await client.request("initialize", {
      protocolVersion: version,
      capabilities: { elicitation: {}, sampling: {}, roots: {} },
      clientInfo: { name: "conformance-driver", version: "1.0.0" },
    });
    client.transport.setProtocolVersion(
      isRecord(result) ? String(result.protocolVersion) : version,
    );
    await client.transport.send({ jsonrpc: "2.0", method: "notifications/initialized" });
    return client;
  }

  /** Sends a request and returns its result. Throws {@link RpcError}. */
  async request(method: string, params: Record<string, unknown> = {}): Promise<unknown> {
    const id = this.nextId++;
    const answered = new Promise<Message>((resolve) => this.waiting.set(id, resolve));
    await this.transport.send({ jsonrpc: "2.0", id, method, params });
    const { result, error } = await answered;
    if (error) throw new RpcError(error.code, error.message, error.data);
    return result;
  }

  /** Leaves without ending the session. */
  close(): Promise<void> {
    return this.transport.close();
  }

  private take({ id, method, params = {}, ...rest }: Message): void {
    if (method === undefined) {
      this.waiting.get(id)?.({ id, ...rest });
      this.waiting.delete(id);
    } else if (id !== undefined && id !== null) {
      const result = this.answer(method, params);
      void this.transport.send({ jsonrpc: "2.0", id, result });
    }
  }
}
