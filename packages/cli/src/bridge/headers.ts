import { parameterHeaders, routingHeaders } from "@local-mcp/gateway";
import { z } from "zod";
import { type Message, parseJson } from "./message.ts";

/**
 * The headers that repeat parts of a modern message (MCP 2026-07-28, Streamable HTTP). A client of
 * stdio does not send them, so the bridge has to.
 */

const object = z.record(z.string(), z.unknown());
const listed = z.object({
  result: z.object({
    tools: z.array(z.object({ name: z.string(), inputSchema: z.unknown() })),
  }),
});
const call = z.object({ name: z.string(), arguments: z.unknown() });

/** Knows which arguments of tools are repeated in headers, from the lists that pass. */
export class ToolHeaders {
  /** Input schemas by the tool's name, of those that ask for headers. */
  readonly #schemas = new Map<string, unknown>();

  /** Takes an answer to tools/list. */
  learn(answer: string): void {
    const { data } = listed.safeParse(parseJson(answer));
    for (const { name, inputSchema } of data?.result.tools ?? []) {
      // Most tools ask for none, and their schemas need not be kept.
      if (JSON.stringify(inputSchema)?.includes("x-mcp-header")) {
        this.#schemas.set(name, inputSchema);
      } else this.#schemas.delete(name);
    }
  }

  /** The headers that go with a message of the modern era; none with any other. */
  of({ modern, method, params }: Message): Record<string, string> {
    if (modern === null || method === null) return {};
    const headers = routingHeaders({ method, params: object.safeParse(params).data });
    if (method !== "tools/call") return headers;
    const { data } = call.safeParse(params);
    const schema = this.#schemas.get(data?.name ?? "");
    return { ...headers, ...parameterHeaders(schema, data?.arguments) };
  }
}
