import type { ExportOptions, SavedExport } from "@local-mcp/contract";
import type { Gateway } from "@local-mcp/gateway";
import { localDay } from "./local-day.ts";
import { saveFile } from "./save-file.ts";

/** What an export is called where nobody names it otherwise: by its local day. */
export const exportFileName = (now: Date): string => `local-mcp-gateway-${localDay(now)}.json`;

/**
 * Writes what is configured to a file that only its owner reads.
 *
 * @param signal ends it as long as nothing is written
 * @throws GatewayError export_…, vault_…, file_unwritable
 */
export async function saveExport(
  { transfer }: Pick<Gateway["api"], "transfer">,
  options: ExportOptions,
  path: string,
  signal?: AbortSignal,
): Promise<SavedExport> {
  const { text, name: _, ...facts } = await transfer.export(options);
  signal?.throwIfAborted();
  return { ...facts, name: await saveFile(path, text) };
}
