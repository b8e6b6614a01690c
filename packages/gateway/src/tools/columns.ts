import type { ToolRow } from "@local-mcp/database";

/** What of a tool is a column by itself, as a person writes it. */
export type Columns = Pick<
  ToolRow,
  | "name"
  | "title"
  | "description"
  | "method"
  | "inputSchema"
  | "outputSchema"
  | "annotations"
  | "responseFilter"
  | "timeoutMs"
  | "maxResponseBytes"
  | "allowPrivateNetwork"
  | "tags"
  | "enabled"
>;

/** Absent keeps. */
export function columnsOf(before: Columns, changes: Partial<Columns> = {}): Columns {
  return {
    name: kept(changes.name, before.name),
    title: kept(changes.title, before.title),
    description: kept(changes.description, before.description),
    method: kept(changes.method, before.method),
    inputSchema: kept(changes.inputSchema, before.inputSchema),
    outputSchema: kept(changes.outputSchema, before.outputSchema),
    annotations: kept(changes.annotations, before.annotations),
    responseFilter: kept(changes.responseFilter, before.responseFilter),
    timeoutMs: kept(changes.timeoutMs, before.timeoutMs),
    maxResponseBytes: kept(changes.maxResponseBytes, before.maxResponseBytes),
    allowPrivateNetwork: kept(changes.allowPrivateNetwork, before.allowPrivateNetwork),
    tags: kept(changes.tags, before.tags),
    enabled: kept(changes.enabled, before.enabled),
  };
}

const kept = <Value>(change: Value | undefined, before: Value): Value =>
  change === undefined ? before : change;
