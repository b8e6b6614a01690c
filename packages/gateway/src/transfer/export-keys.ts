import { createFileSeal, type FileSeal, type SealedWith } from "@local-mcp/transfer";
import { newExportDerivation } from "@local-mcp/vault";
import { OneByOne } from "../one-by-one.ts";
import type { Stores } from "../stores.ts";

/** How many secrets are remembered by their salts; finding out costs a derivation for each. */
const MOST_KEPT = 8;

export interface ExportKeysOptions {
  stores: Pick<Stores, "exportKeys">;
  now?: () => number;
}

/**
 * The salts of this data directory, one for each secret that files were sealed with: the same secret
 * seals the same text again, so that a file that is kept in git changes only where a value has.
 */
export class ExportKeys {
  readonly #stores: ExportKeysOptions["stores"];
  readonly #now: () => number;
  /** Two at once would each make a salt for the same secret. */
  readonly #oneByOne = new OneByOne();

  constructor({ stores, now = Date.now }: ExportKeysOptions) {
    this.#stores = stores;
    this.#now = now;
  }

  /** Takes a quarter of a second or more, off the main thread. */
  sealFor(secret: string, sealedWith: SealedWith): Promise<FileSeal> {
    return this.#oneByOne.run(() => this.#sealFor(secret, sealedWith));
  }

  async #sealFor(secret: string, sealedWith: SealedWith): Promise<FileSeal> {
    const { exportKeys } = this.#stores;
    for (const { id, salt, params, check } of exportKeys.list()) {
      const seal = await createFileSeal(secret, sealedWith, { salt, params });
      if (seal.header.check !== check) continue;
      exportKeys.touch(id, this.#now());
      return seal;
    }
    const { salt, ...params } = newExportDerivation();
    const seal = await createFileSeal(secret, sealedWith, { salt, params });
    exportKeys.insert({ salt, params, check: seal.header.check, usedAt: this.#now() });
    exportKeys.keepNewest(MOST_KEPT);
    return seal;
  }
}
