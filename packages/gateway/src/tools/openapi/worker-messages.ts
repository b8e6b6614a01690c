import type { ErrorCode, ErrorParams, OpenApiImport, OpenApiView } from "@local-mcp/contract";
import type { Planned } from "./openapi.ts";

/** What a thread is given; `taken` are the names of tools that there are. */
export type Task =
  | { kind: "read"; text: string; taken: string[] }
  | { kind: "plan"; wanted: OpenApiImport; taken: string[] };

export type Message =
  | { kind: "read"; view: OpenApiView }
  | { kind: "planned"; planned: Planned }
  | { kind: "refused"; code: ErrorCode; params: ErrorParams };
