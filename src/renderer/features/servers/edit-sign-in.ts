import type { SignInConfigView, SignInKind, SignInWrite } from "@local-mcp/contract";
import {
  changedValues,
  isChanged,
  rowOf,
  rowProblems,
  type ValueRow,
} from "../../components/value-row.ts";

/** How a server is signed in to, as it stands in the fields. */
export interface SignInDraft {
  kind: SignInKind;
  clientId: string;
  /** Undefined keeps what is stored, null removes it. */
  clientSecret: string | null | undefined;
  /** The same; PEM. */
  privateKey: string | null | undefined;
  clientMetadataUrl: string;
  issuer: string;
  /** With spaces between them. */
  scopes: string;
  parameters: ValueRow[];
  redirectPort: string;
}

const TEXTS = ["clientId", "clientMetadataUrl", "issuer"] as const;
const SECRETS = ["clientSecret", "privateKey"] as const;

/** Of a server that says everything of its sign-in itself. */
export const PLAIN_SIGN_IN: SignInConfigView = {
  kind: "person",
  clientId: null,
  clientSecret: null,
  privateKey: null,
  clientMetadataUrl: null,
  issuer: null,
  scopes: null,
  parameters: {},
  redirectPort: null,
};

/** What is stored, as it stands in the fields. */
export const signInDraft = (stored: SignInConfigView): SignInDraft => ({
  kind: stored.kind,
  clientId: stored.clientId ?? "",
  clientSecret: undefined,
  privateKey: undefined,
  clientMetadataUrl: stored.clientMetadataUrl ?? "",
  issuer: stored.issuer ?? "",
  scopes: stored.scopes?.join(" ") ?? "",
  parameters: Object.entries(stored.parameters).map(([name, value]) =>
    rowOf(name, { plain: true, value }),
  ),
  redirectPort: stored.redirectPort === null ? "" : String(stored.redirectPort),
});

/** Whether it differs from what a server says of itself, so that its fields are shown unasked. */
export const isOwnSignIn = (stored: SignInConfigView): boolean =>
  JSON.stringify({ ...stored, kind: null }) !== JSON.stringify({ ...PLAIN_SIGN_IN, kind: null });

const scopesOf = (text: string): string[] => text.split(/[\s,]+/).filter(Boolean);

/** What is to be stored of it: only what differs. */
export function signInChanges(draft: SignInDraft, stored: SignInConfigView): SignInWrite {
  const before = signInDraft(stored);
  const changes: SignInWrite = {};
  if (draft.kind !== before.kind) changes.kind = draft.kind;
  for (const key of TEXTS) {
    const text = draft[key].trim();
    if (text !== before[key]) changes[key] = text === "" ? null : text;
  }
  for (const key of SECRETS) if (draft[key] !== undefined) changes[key] = draft[key];
  const scopes = scopesOf(draft.scopes);
  if (scopes.join(" ") !== before.scopes) changes.scopes = scopes.length === 0 ? null : scopes;
  const port = draft.redirectPort.trim();
  if (port !== before.redirectPort) changes.redirectPort = port === "" ? null : Number(port);
  if (draft.parameters.some(isChanged)) changes.parameters = changedValues(draft.parameters);
  return changes;
}

/** What is wrong with it that the contract would not say as a person has to read it. */
export function signInProblems({
  clientSecret,
  privateKey,
  redirectPort,
  parameters,
}: SignInDraft): Record<string, string> {
  const problems = rowProblems("signIn:parameters", parameters, (row) =>
    row.value === "" ? "Enter a value." : null,
  );
  if (clientSecret === "") problems["signIn:clientSecret"] = "Enter a value.";
  if (privateKey === "") problems["signIn:privateKey"] = "Enter a value.";
  const port = redirectPort.trim();
  if (port !== "" && !(/^\d{4,5}$/.test(port) && Number(port) >= 1024 && Number(port) <= 65_535)) {
    problems["signIn:redirectPort"] = "Write a whole number between 1024 and 65535.";
  }
  return problems;
}
