import { type TokenRight, tokenRight } from "@local-mcp/contract";

export const ALL_RIGHTS: readonly TokenRight[] = tokenRight.options;

/** Who a request comes from, once that is known. */
export interface Principal {
  /** The window, the command line, or whoever sends a token or a password. */
  kind: "app" | "cli" | "token";
  /** Null where there is no token that could be revoked. */
  tokenId: string | null;
  /** For people: a token's name, `basic:USER`, `jwt:SUBJECT`. */
  name: string;
  /** Null: every profile. */
  profileId: string | null;
  rights: readonly TokenRight[];
  /** Whether it is a page in a browser that asks, with a token that somebody pasted into it. */
  isPage?: boolean;
  /** When it stops being valid by itself, ms since 1970. */
  expiresAt: number | null;
}

/** The person at this computer, through the app or a command that works in process. */
export const LOCAL: Principal = {
  kind: "cli",
  tokenId: null,
  name: "this computer",
  profileId: null,
  rights: ALL_RIGHTS,
  expiresAt: null,
};

/** To whom belongs what is opened by a request: sessions, streams, calls that wait. */
export const ownerOf = ({ tokenId, name }: Principal): string => tokenId ?? name;
