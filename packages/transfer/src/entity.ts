import type {
  PromptCreate,
  ResourceCreate,
  RootCreate,
  ServerCreate,
  ToolCreate,
  ProfileCreate,
  Customization,
  TransferKind,
} from "@local-mcp/contract";

// What is configured, with its secrets in clear, as it is on its way from the store into a file or
// from a file into the store. It stays in this process, and nothing of it is logged.

/** Computed where a file leaves it out, as the API does; what is stored has it. */
type Computed<Fields, Name extends keyof Fields> = Required<Omit<Fields, Name>> &
  Pick<Fields, Name>;

/** Consent to a command, and the profiles that something is in, are no part of it. */
export type ServerFields = Computed<
  Omit<ServerCreate, "profiles" | "confirmed">,
  "connections" | "holdChangedTools"
>;
export type ToolFields = Computed<Omit<ToolCreate, "profiles">, "inputSchema">;
export type PromptFields = Computed<Omit<PromptCreate, "profiles">, "arguments">;
/** A file says its root by URI. */
export type ResourceFields = Computed<Omit<ResourceCreate, "profiles">, "name">;
export type RootFields = Required<Omit<RootCreate, "profiles">>;

/** A person's choice for what a server offers in a profile; servers are called by name. */
export type Choice = Required<Customization>;

/** Servers, tools and prompts are called by name in it, resources and roots by URI. */
export type ProfileFields = Required<ProfileCreate> & {
  /** Whether `/mcp` follows it. */
  active: boolean;
  /** Of what its servers offer; of the gateway's own there are none. Ordered by server, kind, original. */
  choices: Choice[];
};

export interface FieldsOf {
  root: RootFields;
  server: ServerFields;
  tool: ToolFields;
  resource: ResourceFields;
  profile: ProfileFields;
  prompt: PromptFields;
}

/** Stands in `withheld` for the content of a resource: a new one is empty and turned off then. */
export const CONTENT = "content";

export interface Entity<Kind extends TransferKind = TransferKind> {
  kind: Kind;
  /** Id of its row, which files carry as `uid`; null where a file has none. */
  uid: string | null;
  fields: FieldsOf[Kind];
  /**
   * Places of secrets that it has and whose values are not here (see secrets.ts); the text at each
   * is empty. Sorted. Of a resource {@link CONTENT} where a file does not say what is in it.
   */
  withheld: readonly string[];
}

export type AnyEntity = { [Kind in TransferKind]: Entity<Kind> }[TransferKind];

/** Everything that is configured: profiles in the order a person gave them, the others by key. */
export type Configuration = { [Kind in TransferKind]: Entity<Kind>[] };

/** What it is known by among those of its kind: name, slug or URI. */
export function keyOf(entity: AnyEntity): string {
  switch (entity.kind) {
    case "root":
    case "resource":
      return entity.fields.uri;
    case "profile":
      return entity.fields.slug;
    default:
      return entity.fields.name;
  }
}

/** What people read in the place of its key, where that is something else. */
export function titleOf(entity: AnyEntity): string | null {
  const { kind, fields } = entity;
  const title =
    kind === "server"
      ? fields.title
      : kind === "root" || kind === "resource" || kind === "profile"
        ? fields.name
        : fields.title;
  return title === keyOf(entity) ? null : (title ?? null);
}
