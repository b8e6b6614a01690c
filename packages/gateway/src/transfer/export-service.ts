import {
  type ExportEstimate,
  type exportOptions,
  type ExportResult,
  GatewayError,
} from "@local-mcp/contract";
import type { z } from "zod";
import type { Configuration } from "../configuration/configuration.ts";
import type { Principal } from "../tokens/principal.ts";
import type { TransferStore } from "./store/transfer-store.ts";

export interface ExportServiceOptions {
  store: Pick<TransferStore, "read">;
  configuration: Pick<Configuration, "secret">;
  /** Base URL at which this gateway is reached. */
  address: () => string;
  now?: () => number;
}

type Wish = z.output<typeof exportOptions>;

/** Writes what is configured into a file. */
export class ExportService {
  readonly #options: ExportServiceOptions;

  constructor(options: ExportServiceOptions) {
    this.#options = options;
  }

  /** @throws GatewayError export_unknown */
  async estimate(_wish: Wish): Promise<ExportEstimate> {
    this.#options.address();
    throw new GatewayError("internal");
  }

  /**
   * @throws GatewayError export_unknown, export_nothing, export_secret_missing, token_lacks_right,
   * vault_…
   */
  async export(_wish: Wish, _principal: Principal): Promise<ExportResult> {
    throw new GatewayError("internal");
  }
}
