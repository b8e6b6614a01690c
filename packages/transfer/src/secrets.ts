import { SECRET_MARK } from "@local-mcp/contract";
import type { AnyEntity, ServerFields, ToolFields } from "./entity.ts";

/** A secret of an entity, and where it is. */
export interface SecretAt {
  /** `env/API_KEY`, `headers/X-Key`, `secrets/token`, `signIn/clientSecret`, `query/key`, `auth/token`. */
  place: string;
  value: string;
}

/** A header with `${secret:name}` marks is a template and no secret. */
const isTemplate = (value: string): boolean => value.search(SECRET_MARK) !== -1;

function* ofServer({ config, secrets }: ServerFields): Generator<SecretAt> {
  if (config.transport === "stdio") {
    for (const [name, write] of Object.entries(config.env)) {
      if (write && !write.plain) yield { place: `env/${name}`, value: write.value };
    }
  } else {
    for (const [name, value] of Object.entries(config.headers)) {
      if (value !== null && !isTemplate(value)) yield { place: `headers/${name}`, value };
    }
    for (const name of ["clientSecret", "privateKey"] as const) {
      const value = config.signIn?.[name];
      if (typeof value === "string") yield { place: `signIn/${name}`, value };
    }
  }
  for (const [name, value] of Object.entries(secrets)) yield { place: `secrets/${name}`, value };
}

function* ofTool({ headers, query, auth }: ToolFields): Generator<SecretAt> {
  for (const [where, fixed] of Object.entries({ headers, query })) {
    for (const [name, write] of Object.entries(fixed)) {
      if (write && !write.plain) yield { place: `${where}/${name}`, value: write.value };
    }
  }
  if (auth.type === "bearer") yield { place: "auth/token", value: auth.token ?? "" };
  if (auth.type === "basic") yield { place: "auth/password", value: auth.password ?? "" };
}

/**
 * Every secret of an entity, those without a value included: the one registry of where they are,
 * which sealing, opening, comparing and counting go by.
 */
export function secretsOf(entity: AnyEntity): SecretAt[] {
  if (entity.kind === "server") return [...ofServer(entity.fields)];
  if (entity.kind === "tool") return [...ofTool(entity.fields)];
  return [];
}
