import type { Engine } from "@local-mcp/engine";
import type { SharedGateways } from "../sessions/shared-gateways.ts";
import type { Tokens } from "./tokens.ts";

/** What comes to an end with a token, here and at other gateways on the session store. */
export const createTokenEnds = ({
  engine,
  tokens,
  gateways,
  endOpen,
}: {
  engine: Engine;
  tokens: Tokens;
  gateways: SharedGateways | null;
  /** Ends the requests and streams that are open with it. */
  endOpen: (tokenId: string) => void;
}) => {
  const endHere = async (tokenId: string): Promise<void> => {
    try {
      await engine.endSessionsOfToken(tokenId);
    } finally {
      endOpen(tokenId);
    }
  };
  return {
    /** Ends what was opened with a token that is not valid any more. */
    endToken: async (tokenId: string): Promise<void> => {
      await Promise.all([endHere(tokenId), gateways?.tokenRevoked(tokenId)]);
    },
    /** The same for one that was revoked at another gateway, which is forgotten here. */
    revokedElsewhere: async (tokenId: string): Promise<void> => {
      tokens.forget(tokenId);
      await endHere(tokenId);
    },
  };
};
