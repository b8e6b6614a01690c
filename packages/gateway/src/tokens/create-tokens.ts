import type { Log } from "@local-mcp/engine";
import type { Configuration } from "../configuration/configuration.ts";
import type { Stores } from "../stores.ts";
import { FailedTokens } from "./failed-tokens.ts";
import { givenCredentials } from "./given-credentials.ts";
import { Tokens } from "./tokens.ts";

/** Everybody who may come in: tokens that are stored, and what the environment says. */
export function createTokens(options: {
  stores: Stores;
  configuration: Configuration;
  /** What the command line shows to a gateway that runs. */
  cliToken: string;
  isInUse: (tokenId: string) => boolean;
  log: Log;
}): Tokens {
  const { stores, configuration, cliToken, isInUse, log } = options;
  const tokens = new Tokens({
    store: stores.tokens,
    profileSlug: (id) => stores.profiles.get(id)?.slug ?? null,
    ...givenCredentials(
      configuration.credentials(),
      (slug) => stores.profiles.getBySlug(slug)?.id ?? null,
    ),
    failed: new FailedTokens({ now: () => Date.now(), log }),
    isInUse,
    log,
  });
  tokens.knowCommandLine(cliToken);
  return tokens;
}
