import type { Problem, ServerView, SignInState } from "@local-mcp/contract";

/** The host of a URL as it is stored, marks and all; the URL itself where it has none. */
export const hostOf = (url: string): string => (URL.canParse(url) ? new URL(url).host : url);

/** A page as a person types it: what belongs to one sign-in alone is left out. */
export function placeOf(url: string): string {
  if (!URL.canParse(url)) return url;
  const { host, pathname } = new URL(url);
  return `${host}${pathname === "/" ? "" : pathname}`;
}

interface WayOn {
  label: string;
  /** The vault, or a field of the server's settings. */
  leadsTo: "vault" | "headers" | "signIn" | "signIn:clientId";
}

const EDIT: WayOn = { label: "Edit sign-in…", leadsTo: "signIn" };
const HEADER: WayOn = { label: "Add a header…", leadsTo: "headers" };

/** Where a person can mend what kept a sign-in from beginning, as its error says it. */
export function waysOn({ code }: Pick<Problem, "code">): WayOn[] {
  if (code.startsWith("vault_")) return [{ label: "Go to the vault…", leadsTo: "vault" }];
  switch (code) {
    case "sign_in_no_client":
      return [{ label: "Enter a client id…", leadsTo: "signIn:clientId" }];
    case "sign_in_metadata":
      return [HEADER, EDIT];
    case "sign_in_refused":
      return [EDIT];
    default:
      return [];
  }
}

/** Whether a person signs in there at all. */
export const canSignIn = ({ config }: ServerView): boolean =>
  config.transport !== "stdio" && config.signIn.kind === "person";

const NOTHING_KEPT: readonly SignInState[] = ["signed_out", "waiting"];

/** Whether there is anything of a sign-in to give back. */
export const isSignedIn = ({ status: { signIn: known } }: ServerView): boolean =>
  known !== null && !NOTHING_KEPT.includes(known.state);
