import { basename } from "node:path";
import type { AuditFilter } from "@local-mcp/contract";
import { type Gateway, writePrivate } from "@local-mcp/gateway";
import { localDay } from "./local-day.ts";

/** What an export of the audit log is called where nobody names it otherwise: by its local day. */
export const auditFileName = (now: Date): string => `audit-log-${localDay(now)}.jsonl`;

/**
 * Writes what the filter leaves of the audit log to a file that only its owner reads: it says when
 * somebody was here, and what they did. @throws GatewayError file_unwritable
 */
export async function saveAudit(
  { audit }: Pick<Gateway["api"], "audit">,
  filter: AuditFilter,
  path: string,
): Promise<{ name: string; entries: number }> {
  const { text, entries } = await audit.export(filter);
  writePrivate(path, text, { overwrite: true });
  return { name: basename(path), entries };
}
