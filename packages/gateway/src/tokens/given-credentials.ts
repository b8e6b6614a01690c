import type { EnvironmentCredentials } from "../configuration/credentials.ts";
import { BasicCredentials, SecretText } from "./basic-credentials.ts";
import { ALL_RIGHTS, type Principal } from "./principal.ts";
import { SignedTokens } from "./signed-tokens.ts";

/** What lets somebody in beside the tokens that are made here. */
export interface GivenCredentials {
  /** A token that carries every right; never stored. */
  admin: { secret: SecretText; principal: Principal } | null;
  basic: BasicCredentials | null;
  signed: SignedTokens | null;
}

/** @param profileId finds the profile that a signed token names by its slug */
export const givenCredentials = (
  { admin, basic, signing }: EnvironmentCredentials,
  profileId: (slug: string) => string | null,
): GivenCredentials => ({
  admin: admin === null ? null : { secret: new SecretText(admin), principal: ADMIN },
  basic: basic === null ? null : new BasicCredentials(basic),
  signed: signing === null ? null : new SignedTokens({ ...signing, profileId }),
});

const ADMIN: Principal = {
  kind: "token",
  tokenId: "environment",
  name: "MCPGATEWAY_BEARER_TOKEN",
  profileId: null,
  rights: ALL_RIGHTS,
  expiresAt: null,
};
