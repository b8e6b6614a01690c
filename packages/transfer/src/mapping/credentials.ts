import { z } from "zod";
import { refuse, valuesWrite, valueWrite } from "./reading.ts";

// How a tool or gateway shows who it is, in the words of the seeds.

export const authType = z.enum(["none", "basic", "bearer", "authheaders"]);
export type AuthType = z.infer<typeof authType>;

/** The fields in which credentials are sent. */
export const authFields = {
  auth_type: authType.nullable(),
  /** A token; USER:PASSWORD; an object of headers: what the type says. */
  auth_value: z.union([valueWrite, valuesWrite]).nullable(),
  auth_username: z.string().max(1000).nullable(),
  auth_password: valueWrite.nullable(),
  auth_token: valueWrite.nullable(),
  auth_header_key: z.string().nullable(),
  auth_header_value: valueWrite.nullable(),
  auth_headers: z.array(z.object({ key: z.string(), value: valueWrite })).nullable(),
};
const sent = z.object(authFields).partial();
type SentAuth = z.infer<typeof sent>;

/** Credentials as they were sent; what is undefined stays as it is stored. */
export type GivenAuth =
  | { type: "none" }
  | { type: "basic"; username: string | undefined; password: string | undefined }
  | { type: "bearer"; token: string | undefined }
  | { type: "authheaders"; headers: Record<string, string | null> };

const BELONGS: Record<AuthType, readonly string[]> = {
  none: [],
  basic: ["auth_value", "auth_username", "auth_password"],
  bearer: ["auth_value", "auth_token"],
  authheaders: ["auth_value", "auth_header_key", "auth_header_value", "auth_headers"],
};

/**
 * @param stored of the type as it is; the fields of a change may leave it out
 * @returns null where nothing is said of credentials
 * @throws GatewayError validation_failed
 */
export function givenAuth(fields: SentAuth, stored: AuthType): GivenAuth | null {
  const given = Object.entries(fields).flatMap(([name, value]) =>
    Object.hasOwn(authFields, name) && name !== "auth_type" && (value ?? null) !== null
      ? [name]
      : [],
  );
  if (fields.auth_type === undefined && given.length === 0) return null;
  const type = fields.auth_type === undefined ? stored : (fields.auth_type ?? "none");
  const stray = given.find((name) => !BELONGS[type].includes(name));
  if (stray !== undefined) refuse(stray, `It does not go with the auth_type “${type}”.`);
  if (type === "none") return { type };
  if (type === "authheaders") return { type, headers: headersOf(fields) };
  const value = fields.auth_value ?? undefined;
  if (typeof value === "object") refuse("auth_value", `It is a text for the auth_type “${type}”.`);
  if (type === "bearer") return { type, token: fields.auth_token ?? value };
  const pair = /^(?<user>[^:]*):(?<secret>.*)$/s.exec(value ?? "")?.groups;
  if (value !== undefined && pair === undefined) refuse("auth_value", "It is USER:PASSWORD.");
  return {
    type,
    username: fields.auth_username ?? pair?.user,
    password: fields.auth_password ?? pair?.secret,
  };
}

function headersOf(fields: SentAuth): Record<string, string | null> {
  const { auth_value: value, auth_header_key: key, auth_header_value: single } = fields;
  if (typeof value === "string") refuse("auth_value", "It is an object of headers.");
  if ((key ?? null) === null && (single ?? null) !== null) {
    refuse("auth_header_key", "A header needs a name.");
  }
  return {
    ...value,
    ...Object.fromEntries((fields.auth_headers ?? []).map((one) => [one.key, one.value])),
    ...(key && single ? { [key]: single } : {}),
  };
}
