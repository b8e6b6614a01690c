import { createSecretKey, type KeyObject } from "node:crypto";
import { GatewayError, tokenRight } from "@local-mcp/contract";
import { errors, jwtVerify } from "jose";
import { z } from "zod";
import { ALL_RIGHTS, type Principal } from "./principal.ts";

/** What a signed token is checked with, from the environment. */
export interface SigningSecrets {
  /** At least 32 bytes, as HS256 asks for (RFC 7518 §3.2). */
  secret: string;
  /** Where set, a token has to name it. */
  audience: string | null;
  issuer: string | null;
}

/** What we read of a token beside what every token says; `username` is the ancestor's `sub`. */
const claimsSchema = z.object({
  exp: z.number(),
  sub: subject().optional(),
  username: subject().optional(),
  /** Slug: valid for this profile only. */
  profile: z.string().optional(),
  rights: z.array(tokenRight).min(1).optional(),
});

function subject() {
  return z.string().regex(/^\P{C}{1,200}$/u);
}

/** Tokens that somebody else signed with a secret we share (RFC 7519). They cannot be revoked. */
export class SignedTokens {
  readonly #key: KeyObject;
  readonly #audience: string | null;
  readonly #issuer: string | null;
  readonly #profileId: (slug: string) => string | null;

  constructor(options: SigningSecrets & { profileId: (slug: string) => string | null }) {
    this.#key = createSecretKey(options.secret, "utf8");
    this.#audience = options.audience;
    this.#issuer = options.issuer;
    this.#profileId = options.profileId;
  }

  /**
   * @returns null where we did not sign it
   * @throws GatewayError token_refused where we did, and it is not valid here or any more
   */
  async verify(token: string): Promise<Principal | null> {
    const claims = await this.#claims(token);
    if (claims === null) return null;
    const parsed = claimsSchema.safeParse(claims);
    const name = parsed.data?.sub ?? parsed.data?.username;
    if (!parsed.success || name === undefined) {
      const claim = parsed.error?.issues[0]?.path[0] ?? "sub";
      throw new GatewayError("token_refused", {
        reason: `its claim “${String(claim)}” is missing or wrong`,
      });
    }
    const { exp, profile, rights } = parsed.data;
    const profileId = profile === undefined ? null : this.#profileId(profile);
    if (profile !== undefined && profileId === null) {
      throw new GatewayError("token_refused", { reason: "it is for a profile that there is not" });
    }
    return {
      kind: "token",
      tokenId: null,
      name: `jwt:${name}`,
      profileId,
      rights: rights ?? (profileId === null ? ALL_RIGHTS : ["use"]),
      expiresAt: exp * 1000,
    };
  }

  async #claims(token: string): Promise<unknown> {
    try {
      const { payload } = await jwtVerify(token, this.#key, {
        // Named, so that a token cannot choose how it is checked (RFC 8725 §3.1).
        algorithms: ["HS256"],
        ...(this.#audience === null ? {} : { audience: this.#audience }),
        ...(this.#issuer === null ? {} : { issuer: this.#issuer }),
      });
      return payload;
    } catch (error) {
      if (error instanceof errors.JWTExpired) {
        throw new GatewayError("token_refused", { reason: "it has expired" });
      }
      // Thrown only once the signature has been found right.
      if (error instanceof errors.JWTClaimValidationFailed) {
        const reason = `its claim “${error.claim}” is missing or wrong`;
        throw new GatewayError("token_refused", { reason });
      }
      if (error instanceof errors.JOSEError) return null;
      throw error;
    }
  }
}
