import { deriveExportKey } from "@local-mcp/vault";
import type { FileSeal, SealedWith, SealHeader, SealPlace } from "../types.ts";

const placeOf = ({ kind, uid, place }: SealPlace): string[] => [kind, uid, place];

/** Takes a quarter of a second or more, off the main thread. */
export async function createFileSeal(
  secret: string,
  sealedWith: SealedWith,
  { salt, params }: Pick<SealHeader, "salt" | "params">,
): Promise<FileSeal> {
  const key = await deriveExportKey(secret, { salt, ...params });
  return {
    header: { with: sealedWith, salt, params, check: key.check },
    seal: (value, place) => key.seal(value, placeOf(place)),
    open: (text, place) => key.open(text, placeOf(place)),
  };
}
