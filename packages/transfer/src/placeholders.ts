import {
  type AnyEntity,
  type Configuration,
  type Entity,
  keyOf,
  type ServerFields,
} from "./entity.ts";
import type { ReadEntity, ReadFile } from "./types.ts";

// What is another on every computer is a placeholder in a file: the home folder in commands, their
// arguments and folders, and in roots. A person may write `${env:NAME}` in one as well. A text that
// has such a thing for itself gets one more `$`, so that what is read is what was written.

/** `${HOME}` and `${env:NAME}`, after one `$` or more; looked for once in a row of many `$`. */
const PLACEHOLDER = /(?<!\$)(\$+)\{(?:HOME|env:([A-Za-z_]\w{0,99}))\}/g;
const HOME = "${HOME}";

type Command = Extract<ServerFields["config"], { transport: "stdio" }>;
type Change = (text: string) => string;

/** The computer on which a file is read. */
export interface Here {
  /** Absolute path of the home folder. */
  home: string;
  /** Variables that a file may name: none that is a secret of the gateway itself. */
  env: Readonly<Record<string, string | undefined>>;
}

const escaped: Change = (text) => text.replace(PLACEHOLDER, (whole) => `$${whole}`);

/** As a file has it, to be read on any computer. */
export function toPortable(configuration: Configuration, home: string): Configuration {
  const folder = home.replace(/[\\/]+$/, "");
  // On other systems than Windows a backslash is part of a name.
  const signs = folder.includes("\\") ? ["/", "\\"] : ["/"];
  // Where the home folder is the root of all, everything would be below it.
  const path = folder === "" ? escaped : below(folder, signs, HOME);
  const uri =
    folder === "" ? escaped : below(`file://${uriPathOf(folder)}`, ["/"], `file://${HOME}`);
  return {
    ...configuration,
    root: configuration.root.map((root) => withRoot(root, uri)),
    resource: configuration.resource.map((resource) => withRootOf(resource, uri)),
    profile: configuration.profile.map((profile) => withRoots(profile, uri)),
    server: configuration.server.map((server) => {
      const { config } = server.fields;
      if (config.transport !== "stdio") return server;
      return withCommand(server, {
        ...config,
        command: path(config.command),
        args: config.args.map(path),
        cwd: config.cwd === null ? null : path(config.cwd),
        env: mapEnv(config.env, (write) => ({ ...write, value: escaped(write.value) })),
      });
    }),
  };
}

/** Puts a placeholder in the place of a folder that a text is, or begins with. */
const below =
  (folder: string, signs: readonly string[], placeholder: string): Change =>
  (text) => {
    const isBelow = text === folder || signs.some((sign) => text.startsWith(folder + sign));
    return isBelow ? placeholder + escaped(text.slice(folder.length)) : escaped(text);
  };

/** A folder in a `file:` URI, from its third slash on. */
const uriPathOf = (folder: string): string => {
  const path = encodeURI(folder.replaceAll("\\", "/"));
  return path.startsWith("/") ? path : `/${path}`;
};

/**
 * A file as it is on this computer. Values of the environment are secrets wherever they can be kept
 * as such; elsewhere only folders are filled in, since what stands there is shown to whoever asks.
 *
 * @returns `unset` by the pointer of an entity, of what has no value here
 */
export function fillPlaceholders(
  file: ReadFile,
  here: Here,
): { file: ReadFile; unset: ReadonlyMap<string, string[]> } {
  const unset = new Map<string, string[]>();
  // Files of other programs have placeholders of their own.
  if (file.format !== "gateway" && file.format !== "flat") return { file, unset };
  const entities = file.entities.map((read): ReadEntity => {
    if (read.entity === null) return read;
    const filling = new Filling(here);
    const entity = filling.entity(read.entity);
    const missing = [...filling.unset];
    if (missing.length > 0) unset.set(read.pointer, missing);
    const warnings = missing.map((placeholder) => `“${placeholder}” has no value here.`);
    return {
      ...read,
      name: keyOf(entity),
      entity,
      warnings: [...read.warnings, ...warnings],
    };
  });
  return { file: { ...file, entities }, unset };
}

/** Begins as a folder does, on any system. */
const FOLDER = /^(?:[A-Za-z]:[\\/]|\/|\\\\)/;
const SECRET_LIKE = /key|secret|token|pass|pwd|auth|credential|cookie/i;

class Filling {
  readonly unset = new Set<string>();
  readonly #here: Here;

  constructor(here: Here) {
    this.#here = here;
  }

  entity(entity: AnyEntity): AnyEntity {
    const uri: Change = (text) => this.#fill(text, uriPathOf(this.#here.home), () => undefined);
    switch (entity.kind) {
      case "root":
        return withRoot(entity, uri);
      case "resource":
        return withRootOf(entity, uri);
      case "profile":
        return withRoots(entity, uri);
      case "server":
        return this.#server(entity);
      default:
        return entity;
    }
  }

  #server(server: Entity<"server">): Entity<"server"> {
    const { config } = server.fields;
    if (config.transport !== "stdio") return server;
    const secrets = { ...server.fields.secrets };
    const withheld = new Set(server.withheld);
    const path: Change = (text) => this.#path(text, (name) => this.#folder(name));
    /** As a mark, whose secret is the value. */
    const marked = (name: string): string => {
      if (!Object.hasOwn(secrets, name)) {
        const value = this.#here.env[name];
        secrets[name] = value ?? "";
        if (value === undefined) {
          withheld.add(`secrets/${name}`);
          this.unset.add(`\${env:${name}}`);
        }
      }
      return `\${secret:${name}}`;
    };
    const env = mapEnv(config.env, (write, name) => {
      if (write.plain) return { ...write, value: this.#path(write.value, marked) };
      const before = this.unset.size;
      const value = this.#path(write.value, (variable) => this.#here.env[variable]);
      if (this.unset.size === before) return { ...write, value };
      withheld.add(`env/${name}`);
      return { ...write, value: "" };
    });
    const filled = withCommand(server, {
      ...config,
      command: path(config.command),
      args: config.args.map((arg) => this.#path(arg, marked)),
      cwd: config.cwd === null ? null : path(config.cwd),
      env,
    });
    return {
      ...filled,
      fields: { ...filled.fields, secrets },
      withheld: [...withheld].toSorted(),
    };
  }

  /** A path that was written on Windows is read on other systems. */
  #path(text: string, valueOf: (name: string) => string | undefined): string {
    const { home } = this.#here;
    const isForeign = text.startsWith(`${HOME}\\`) && home.startsWith("/");
    return this.#fill(isForeign ? text.replaceAll("\\", "/") : text, home, valueOf);
  }

  /** What stands in the open has to look like a folder, and not be called like a secret. */
  #folder(name: string): string | undefined {
    const value = this.#here.env[name];
    return value !== undefined && FOLDER.test(value) && !SECRET_LIKE.test(name) ? value : undefined;
  }

  #fill(text: string, home: string, valueOf: (name: string) => string | undefined): string {
    return text.replace(PLACEHOLDER, (whole: string, dollars: string, name?: string) => {
      if (dollars.length > 1) return whole.slice(1);
      const value = name === undefined ? home.replace(/[\\/]+$/, "") : valueOf(name);
      if (value === undefined) this.unset.add(whole);
      return value ?? whole;
    });
  }
}

const withCommand = (server: Entity<"server">, config: Command): Entity<"server"> => ({
  ...server,
  fields: { ...server.fields, config },
});

type Write = NonNullable<Command["env"][string]>;

const mapEnv = (env: Command["env"], change: (write: Write, name: string) => Write) =>
  Object.fromEntries(
    Object.entries(env).map(([name, write]) => [name, write && change(write, name)]),
  );

const withRoot = (root: Entity<"root">, change: Change): Entity<"root"> => ({
  ...root,
  fields: { ...root.fields, uri: change(root.fields.uri) },
});

const withRoots = (profile: Entity<"profile">, change: Change): Entity<"profile"> => ({
  ...profile,
  fields: { ...profile.fields, roots: profile.fields.roots.map(change) },
});

function withRootOf(resource: Entity<"resource">, change: Change): Entity<"resource"> {
  const { content } = resource.fields;
  if (content.kind !== "file") return resource;
  const fields = { ...resource.fields, content: { ...content, root: change(content.root) } };
  return { ...resource, fields };
}
