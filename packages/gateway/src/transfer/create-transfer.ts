import { ExportService, type ExportServiceOptions } from "./export-service.ts";
import { ImportService, type ImportServiceOptions } from "./import-service.ts";
import { createTransferStore, type TransferStoreOptions } from "./store/transfer-store.ts";

type Options = TransferStoreOptions &
  Omit<ExportServiceOptions, "store"> &
  Omit<ImportServiceOptions, "store">;

/** What may be another after an import. */
export const TRANSFERRED = [
  "roots.changed",
  "servers.changed",
  "tools.changed",
  "resources.changed",
  "profiles.changed",
  "prompts.changed",
] as const;

/** Export and import of what is configured, over one store. */
export function createTransfer(options: Options) {
  const store = createTransferStore(options);
  const exports = new ExportService({ ...options, store });
  const imports = new ImportService({ ...options, store });
  return { exports, imports };
}
export type Transfer = ReturnType<typeof createTransfer>;
