import { GatewayError } from "@local-mcp/contract";
import type { DataKeys } from "./data-key.ts";
import { KeyRing, ownerOf, type Place } from "./key-ring.ts";

/** Turns secrets into text that may be stored, and back. */
export interface Sealer {
  /**
   * `v1.<key id>.<base64url(nonce | ciphertext | tag)>`, on one line.
   * @throws GatewayError `vault_missing`, `vault_locked`, `vault_keys_missing`, or
   * `validation_failed` for text that is not well-formed Unicode
   */
  seal(text: string, place: Place): string;
  /**
   * @throws GatewayError `vault_missing`, `vault_locked`, `vault_keys_missing`, or `secret_damaged`
   * when the value is not exactly what was sealed for this place
   */
  open(sealed: string, place: Place): string;
}

/** @throws GatewayError secret_damaged */
export const openWith = (ring: KeyRing, sealed: string, place: Place): string => {
  const text = ring.open(sealed, place);
  if (text === null) throw new GatewayError("secret_damaged", { what: ownerOf(place) });
  return text;
};

/** Seals and opens with keys that are at hand; they stay the caller's, who zeroes them. */
export const createSealer = ({ current, retiring }: DataKeys): Sealer => {
  const ring = new KeyRing(current, retiring);
  return {
    seal: (text, place) => ring.seal(text, place),
    open: (sealed, place) => openWith(ring, sealed, place),
  };
};
