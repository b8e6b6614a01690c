import { ExportService, type ExportServiceOptions } from "./export-service.ts";
import { hereOf } from "./here.ts";
import { ImportService, type ImportServiceOptions } from "./import-service.ts";
import { createTransferStore, type TransferStoreOptions } from "./store/transfer-store.ts";

type Options = TransferStoreOptions &
  Omit<ExportServiceOptions, "store" | "here"> &
  Omit<ImportServiceOptions, "store" | "here"> & {
    /** Of this process; a file may name its variables. */
    env: Readonly<Record<string, string | undefined>>;
  };

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
  const here = hereOf(options.recognition.home, options.env);
  const exports = new ExportService({ ...options, store, here });
  const imports = new ImportService({ ...options, store, here });
  return { exports, imports };
}
export type Transfer = ReturnType<typeof createTransfer>;
