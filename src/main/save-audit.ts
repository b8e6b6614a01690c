import { open } from "node:fs/promises";
import { basename } from "node:path";
import { type AuditFilter, GatewayError } from "@local-mcp/contract";
import type { Gateway } from "@local-mcp/gateway";

/** What an export of the audit log is called where nobody names it otherwise: by its local day. */
export function auditFileName(now: Date): string {
  const [month, day] = [now.getMonth() + 1, now.getDate()].map((part) =>
    String(part).padStart(2, "0"),
  );
  return `audit-log-${now.getFullYear()}-${month}-${day}.jsonl`;
}

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
  try {
    const file = await open(path, "w", 0o600);
    try {
      // One that was there keeps its mode otherwise.
      await file.chmod(0o600);
      await file.writeFile(text);
    } finally {
      await file.close();
    }
  } catch (error) {
    const reason =
      error instanceof Error && "code" in error ? String(error.code) : "it cannot be opened";
    throw new GatewayError("file_unwritable", { path, reason });
  }
  return { name: basename(path), entries };
}
