import { resolve } from "node:path";
import type { GatewayError } from "@local-mcp/contract";
import type { Sealer } from "@local-mcp/vault";
import type { StorageOptions } from "../record-storage.ts";
import { RecordStorage } from "../record-storage.ts";
import { FileRows } from "./rows.ts";

export interface FileStorageOptions extends StorageOptions {
  /** Seals what is secret in a session. Without one such a session is refused (`session_secret_unset`). */
  sealer?: Sealer;
  /**
   * Told when the file was damaged and the last generation is used instead
   * (`session_store_damaged`). By default it is a warning of the process.
   */
  warn?: (problem: GatewayError) => void;
}

/**
 * Sessions in a JSON file that people can read: an array of sign-ins, and of the sessions of
 * clients. Its directory is made. It is replaced as a whole at each change, so it is meant for ten
 * thousand sessions at most; several processes may use it at once.
 */
export class FileStorageBackend extends RecordStorage {
  readonly #rows: FileRows;

  constructor(
    { path = "./sessions.json" }: { path?: string } = {},
    { sealer, warn = warnProcess, ...options }: FileStorageOptions = {},
  ) {
    const now = options.now ?? (() => Date.now());
    const rows = new FileRows(resolve(path), { sealer, warn, now });
    super(rows, sealer, options);
    this.#rows = rows;
  }

  override async disconnect(): Promise<void> {
    await this.#rows.close();
  }
}

const warnProcess = ({ message, wayOut }: GatewayError): void => {
  process.emitWarning(`${message} ${wayOut}`);
};
