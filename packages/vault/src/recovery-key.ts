import { createHash, randomBytes } from "node:crypto";
import { GatewayError } from "@local-mcp/contract";

/** Crockford's base32: no I, L, O and U, which a reader takes for something else. */
const ALPHABET = "0123456789ABCDEFGHJKMNPQRSTVWXYZ";
const LENGTH = 32;
const GROUP = 4;
/** Characters that are random, 5 bits each: 150 bits, so that nothing has to slow down a guess. */
const RANDOM = 30;

/** A key for paper: 8 groups of 4, of which the last two characters tell a slip of the pen. */
export const createRecoveryKey = (): string => {
  const symbols = [...randomBytes(RANDOM)].map((byte) => ALPHABET[byte % ALPHABET.length]).join("");
  return grouped(symbols + checksum(symbols));
};

/**
 * What a person typed, as it was printed: case, spaces and dashes do not matter, and I, L and O are
 * the digits they look like.
 *
 * @throws GatewayError validation_failed
 */
export const readRecoveryKey = (typed: string): string => {
  const symbols = typed
    .toUpperCase()
    .replace(/[\s\u2010-\u2015-]/g, "")
    .replace(/[IL]/g, "1")
    .replace(/O/g, "0");
  if (symbols.length !== LENGTH || symbols.split("").some((one) => !ALPHABET.includes(one))) {
    throw new GatewayError("validation_failed", {
      detail: "A recovery key has 8 groups of 4 letters and digits.",
    });
  }
  if (checksum(symbols.slice(0, RANDOM)) !== symbols.slice(RANDOM)) {
    throw new GatewayError("validation_failed", {
      detail: "The recovery key holds a typing mistake.",
    });
  }
  return grouped(symbols);
};

const grouped = (symbols: string): string =>
  (symbols.match(new RegExp(`.{${GROUP}}`, "g")) ?? []).join("-");

/** Ten bits: of a thousand slips one goes by, and is then a wrong key. */
const checksum = (symbols: string): string => {
  const digest = createHash("sha256").update(`local-mcp-gateway recovery ${symbols}`).digest();
  const bits = digest.readUInt16BE(0);
  return `${ALPHABET[bits & 31]}${ALPHABET[(bits >> 5) & 31]}`;
};
