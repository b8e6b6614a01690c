import { type SignInWrite, signInWrite } from "@local-mcp/contract";
import { z } from "zod";
import { fillPlaceholders } from "./placeholders.ts";

/** What clients can say of a sign-in that means the same here. */
export type DraftSignIn = Pick<
  SignInWrite,
  "kind" | "clientId" | "clientSecret" | "scopes" | "redirectPort"
>;

const text = z.string().optional().catch(undefined);
const scopeList = z
  .union([z.string(), z.array(z.string())])
  .optional()
  .catch(undefined);

/**
 * `oauth` of Claude Code, VS Code, Gemini and opencode, `auth` of Cursor, and the spelling of Zed.
 * Endpoints that they name by hand are left out: here they come from the metadata.
 */
const clientSchema = z.object({
  clientId: text,
  client_id: text,
  CLIENT_ID: text,
  clientSecret: text,
  client_secret: text,
  CLIENT_SECRET: text,
  scopes: scopeList,
  scope: scopeList,
  callbackPort: z.number().optional().catch(undefined),
});

/** How a client's entry says that its server is signed in to; what is not understood is left out. */
export function readSignIn(...members: readonly unknown[]): DraftSignIn | undefined {
  const said = members.map(readMember).find((found) => found !== undefined);
  return said && understood(said);
}

function readMember(member: unknown): DraftSignIn | undefined {
  if (member === false) return { kind: "off" };
  const parsed = clientSchema.safeParse(member);
  if (!parsed.success) return undefined;
  const { data } = parsed;
  const scopes = data.scopes ?? data.scope;
  return {
    clientId: data.clientId ?? data.client_id ?? data.CLIENT_ID,
    clientSecret: data.clientSecret ?? data.client_secret ?? data.CLIENT_SECRET,
    scopes: typeof scopes === "string" ? scopes.split(/\s+/).filter((one) => one !== "") : scopes,
    redirectPort: data.callbackPort,
  };
}

/** Without what could not be stored, which is no reason to refuse the server. */
function understood(signIn: DraftSignIn): DraftSignIn | undefined {
  const { kind, clientId, clientSecret, scopes, redirectPort } = signInWrite.shape;
  const read: DraftSignIn = {
    kind: kind.safeParse(signIn.kind).data,
    clientId: clientId.safeParse(signIn.clientId).data,
    clientSecret: clientSecret.safeParse(signIn.clientSecret).data,
    scopes: scopes.safeParse(signIn.scopes).data,
    redirectPort: redirectPort.safeParse(signIn.redirectPort).data,
  };
  const said = Object.entries(read).filter(([, value]) => value !== undefined);
  return said.length === 0 ? undefined : Object.fromEntries(said);
}

const WHAT = { clientId: "client id", clientSecret: "client secret" } as const;

/** Leaves out what a text leaves to its reader, and names it. */
export function withoutPlaceholders(signIn: DraftSignIn): {
  signIn: DraftSignIn | undefined;
  missing: string[];
} {
  const { clientId, clientSecret, ...rest } = signIn;
  const given: DraftSignIn = rest;
  const missing: string[] = [];
  for (const [name, value] of [
    ["clientId", clientId],
    ["clientSecret", clientSecret],
  ] as const) {
    if (typeof value !== "string") continue;
    const { text: filled, isOpen } = fillPlaceholders(value, new Set());
    if (isOpen) missing.push(WHAT[name]);
    else given[name] = filled;
  }
  return { signIn: Object.keys(given).length === 0 ? undefined : given, missing };
}
