import {
  GatewayError,
  hasTags,
  type LocalProblem,
  type ResourceContents,
  type ResourceCreate,
  type ResourceUpdate,
  type ResourceView,
  type TagFilter,
} from "@local-mcp/contract";
import type { ResourceRow, ResourceSummary, RootRow } from "@local-mcp/database";
import type { JsonObject } from "@local-mcp/engine";
import { createHash } from "node:crypto";
import { join as joinPath } from "node:path";
import { inOrder, join, problemOf, slugsWith } from "../local/memberships.ts";
import { known, named } from "../local/named.ts";
import { OneByOne } from "../one-by-one.ts";
import type { Sandbox } from "../sandbox/sandbox.ts";
import type { Stores } from "../stores.ts";
import { checkResource, fileProblem } from "./check-resource.ts";
import {
  columnsOf,
  contentOf,
  fileOf,
  invalid,
  type Place,
  type Sources,
  textTypeOfName,
} from "./content.ts";
import { FileWatches } from "./file-watches.ts";
import { mediaTypeOfName } from "./media-type.ts";
import { nameOf } from "./name-of.ts";
import { folderOf } from "./root-files.ts";
import { isTemplate, readTemplate, type UriTemplate } from "./uri-template.ts";

export interface ResourcesServiceOptions {
  stores: Stores;
  /** Makes the text of templates. */
  sandbox: Pick<Sandbox, "text" | "variables">;
  /** No file in here is given to anybody. */
  dataDir: string;
  /** Called after each change of what is configured. */
  onChange: () => void;
  /** What a client would read at this URI is another now. */
  onUpdated: (uri: string) => void;
}

/** As the two lists of MCP show it. */
interface Offered {
  resources: JsonObject[];
  resourceTemplates: JsonObject[];
}

/** What the gateway stores, or reads from files, and offers as resources of its own. */
export class ResourcesService {
  readonly #options: ResourcesServiceOptions;
  readonly #sources: Sources;
  readonly #watches: FileWatches;
  #watched: ReadonlySet<string> = new Set();
  /** What one change has checked, no other may have changed meanwhile. */
  readonly #changes = new OneByOne();
  /** Of stored bytes, by id, so that a list does not read megabytes of each. */
  readonly #hashes = new Map<string, { updatedAt: number; sha256: string }>();

  constructor(options: ResourcesServiceOptions) {
    this.#options = options;
    const { stores, sandbox, dataDir } = options;
    this.#sources = { root: (id) => stores.roots.get(id), sandbox, dataDir };
    this.#watches = new FileWatches({ onChanged: (key) => options.onUpdated(uriOfKey(key)) });
  }

  list(filter?: TagFilter): ResourceView[] {
    return this.#options.stores.resources
      .list()
      .filter(({ tags }) => hasTags(tags, filter))
      .map((row) => this.#view(row));
  }

  /** By URI or id. @throws GatewayError local_not_found */
  get(resource: string): ResourceView {
    return this.#viewOf(this.find(resource));
  }

  /** By URI or id. @throws GatewayError local_not_found */
  find(resource: string): ResourceRow {
    return known(named(this.#options.stores).resource(resource), "resource", resource);
  }

  /**
   * @throws GatewayError name_taken, validation_failed, local_not_found, profile_not_found,
   * resource_too_big, resource_outside_root, root_unusable
   */
  async create({ profiles, content, name, ...values }: ResourceCreate): Promise<ResourceView> {
    const { stores } = this.#options;
    const columns = columnsOf(content, (root) => this.#root(root));
    await checkResource({ uri: values.uri, ...columns }, this.#sources);
    const made = stores.db.transaction(() => {
      const row = stores.resources.insert({
        ...values,
        ...columns,
        name: name ?? nameOf(values.uri),
      });
      join(stores, stores.resources, row.id, profiles);
      return row;
    });
    this.#options.onChange();
    this.#announce(made);
    return this.#viewOf(made);
  }

  /** @throws GatewayError as {@link create} */
  update(resource: string, changes: ResourceUpdate): Promise<ResourceView> {
    return this.#changes.run(() => this.#update(resource, changes));
  }

  async #update(resource: string, changes: ResourceUpdate): Promise<ResourceView> {
    const { stores, onChange } = this.#options;
    const before = this.find(resource);
    const { content, ...values } = changes;
    const columns = content && columnsOf(content, (root) => this.#root(root));
    const wanted = { ...before, ...values, ...columns };
    if (columns || wanted.uri !== before.uri) await checkResource(wanted, this.#sources);
    const after = stores.resources.update(before.id, { ...values, ...columns });
    if (!after) throw new GatewayError("local_not_found", { kind: "resource", name: before.uri });
    this.#hashes.delete(after.id);
    if (after.uri !== before.uri || after.enabled !== before.enabled) this.#announce(before);
    onChange();
    const isOther = ["content", "mimeType", "uri", "enabled"].some((field) => field in changes);
    if (isOther) this.#announce(after);
    return this.#viewOf(after);
  }

  /** @throws GatewayError local_not_found */
  remove(resource: string): void {
    const row = this.find(resource);
    this.#options.stores.resources.delete(row.id);
    this.#hashes.delete(row.id);
    // Once the configuration is read anew, nobody is told of what is not there.
    this.#announce(row);
    this.#options.onChange();
  }

  /**
   * Reads it as a client would. Of a template, with the values of its variables.
   *
   * @throws GatewayError local_not_found, validation_failed, and as {@link contentOf}
   */
  async read(
    resource: string,
    variables: Record<string, string>,
    signal?: AbortSignal,
  ): Promise<ResourceContents> {
    const row = this.find(resource);
    const template = templateOf(row.uri);
    const known = template?.variables ?? [];
    const unknown = Object.keys(variables).find((name) => !known.includes(name));
    if (unknown !== undefined) {
      throw invalid(`variables: “${unknown.slice(0, 100)}” is not a variable of the URI.`);
    }
    const uri = template?.expand(variables) ?? row.uri;
    const values = template ? template.match(uri) : {};
    if (values === null) {
      throw invalid(`variables: “${known.find((name) => !variables[name]) ?? ""}” needs a value.`);
    }
    return contentOf(row, { uri, values }, this.#sources, signal);
  }

  /** What each profile has of them and can be read, as the two lists show it; read once for all. */
  offered(): (profileId: string) => Offered {
    const { resources } = this.#options.stores;
    const whole = resources.list().filter((row) => row.enabled && this.#problem(row) === null);
    const all = new Map(whole.map((row) => [row.id, definitionOf(row)]));
    return (profileId) => {
      const own = inOrder(resources.idsIn(profileId), all);
      return {
        resources: own.filter(({ uri }) => uri !== undefined),
        resourceTemplates: own.filter(({ uri }) => uri === undefined),
      };
    };
  }

  /** The others that could be offered under a URI of their own, in the same form. */
  absentFrom(profileId: string): JsonObject[] {
    const { resources } = this.#options.stores;
    const present = new Set(resources.idsIn(profileId));
    return resources
      .list()
      .filter(({ id, enabled }) => enabled && !present.has(id))
      .filter((row) => this.#problem(row) === null)
      .map(definitionOf);
  }

  /**
   * The result of resources/read.
   *
   * @throws GatewayError resource_not_found, and as {@link contentOf}, without a word about where
   * files are on this computer
   */
  async answer(
    params: JsonObject,
    profileId: string | null,
    signal: AbortSignal,
  ): Promise<JsonObject> {
    const uri = typeof params.uri === "string" ? params.uri : "";
    const rows = profileId === null ? [] : this.#inProfile(profileId);
    const found = find(rows, uri);
    const row = found && this.#options.stores.resources.get(found.id);
    if (!found || !row) throw new GatewayError("resource_not_found", { uri: uri.slice(0, 500) });
    try {
      const { text, base64, mimeType } = await contentOf(row, found, this.#sources, signal);
      const content = text === null ? { blob: base64 } : { text };
      return { contents: [{ uri, mimeType, ...content }] };
    } catch (error) {
      if (!(error instanceof GatewayError) || error.code !== "root_unusable") throw error;
      throw new GatewayError("resource_root_missing", {}, { cause: error });
    }
  }

  /** Takes over which URIs somebody wants to hear of; files among them are watched. */
  watch(uris: ReadonlySet<string>): void {
    this.#watched = uris;
    const files = uris.size === 0 ? [] : this.#files(uris);
    this.#watches.follow(new Map(files));
  }

  /** After resources or roots were written by others: any of them may be another now. */
  writtenElsewhere(): void {
    this.#hashes.clear();
    this.watch(this.#watched);
    for (const uri of this.#watched) this.#options.onUpdated(uri);
  }

  close(): void {
    this.#watches.close();
  }

  /** Rows of what a profile has and is turned on, in its order. */
  #inProfile(profileId: string): ResourceSummary[] {
    const { resources } = this.#options.stores;
    const ids = resources.idsIn(profileId);
    const rows = new Map(ids.length === 0 ? [] : resources.list().map((row) => [row.id, row]));
    return ids.flatMap((id) => rows.get(id) ?? []).filter(({ enabled }) => enabled);
  }

  /** Paths of the files behind these URIs; several templates may have the same. */
  #files(uris: ReadonlySet<string>): [key: string, path: string][] {
    const rows = this.#options.stores.resources
      .list()
      .filter(({ enabled, contentKind }) => enabled && contentKind === "file");
    return [...uris].flatMap((uri) =>
      rows.flatMap((row): [string, string][] => {
        const values = valuesFor(row, uri);
        const path = values && this.#path(row, values);
        return path ? [[keyOf(row.id, uri), path]] : [];
      }),
    );
  }

  #path(row: Place, values: Record<string, string>): string | null {
    try {
      const file = fileOf(row, values, this.#sources);
      return file && joinPath(folderOf(file.root), file.path);
    } catch {
      return null;
    }
  }

  /** Tells those who want to hear of it, by the URIs under which they read it. */
  #announce({ uri }: Pick<ResourceRow, "uri">): void {
    const template = templateOf(uri);
    const concerned = template ? [...this.#watched].filter((one) => template.match(one)) : [uri];
    for (const one of concerned) this.#options.onUpdated(one);
  }

  /** By URI or id. @throws GatewayError local_not_found */
  #root(root: string): RootRow {
    return known(named(this.#options.stores).root(root), "root", root);
  }

  /** Why it is not offered, where that is not that it is turned off. */
  #problem(row: Place & { uri: string }): LocalProblem | null {
    const error = fileProblem(row, this.#sources);
    return error && problemOf(error);
  }

  #viewOf(row: ResourceRow): ResourceView {
    const { textContent, binaryContent } = row;
    const bytes = binaryContent?.byteLength ?? Buffer.byteLength(textContent ?? "");
    return this.#view({ ...row, bytes });
  }

  #hash({ id, updatedAt }: ResourceSummary): string {
    const known = this.#hashes.get(id);
    if (known?.updatedAt === updatedAt) return known.sha256;
    const bytes = this.#options.stores.resources.get(id)?.binaryContent ?? "";
    const sha256 = createHash("sha256").update(bytes).digest("hex");
    this.#hashes.set(id, { updatedAt, sha256 });
    return sha256;
  }

  #view(row: ResourceSummary): ResourceView {
    const { stores } = this.#options;
    const root = row.rootId === null ? undefined : stores.roots.get(row.rootId);
    const content: ResourceView["content"] =
      row.contentKind === "file"
        ? { kind: "file", root: root ? { id: root.id, uri: root.uri } : null, path: row.path ?? "" }
        : row.contentKind === "binary"
          ? { kind: "binary", bytes: row.bytes, sha256: this.#hash(row) }
          : { kind: "text", bytes: row.bytes };
    return {
      id: row.id,
      uri: row.uri,
      isTemplate: isTemplate(row.uri),
      name: row.name,
      title: row.title,
      description: row.description,
      mimeType: row.mimeType,
      content,
      tags: row.tags,
      enabled: row.enabled,
      profiles: slugsWith(stores.resources, row.id),
      problem: this.#problem(row),
      createdAt: row.createdAt,
      updatedAt: row.updatedAt,
    };
  }
}

/** Null for a plain URI, and for a template of an earlier build that is not understood. */
function templateOf(uri: string): UriTemplate | null {
  const template = isTemplate(uri) ? readTemplate(uri) : null;
  return typeof template === "string" ? null : template;
}

/** What stands for the variables of a resource where it is this URI's; null where it is not. */
const valuesFor = ({ uri: own }: { uri: string }, uri: string): Record<string, string> | null =>
  own === uri && !isTemplate(own) ? {} : (templateOf(own)?.match(uri) ?? null);

/** The resource that a URI belongs to: itself, or else the first template that it fits. */
function find(
  rows: readonly ResourceSummary[],
  uri: string,
): { id: string; uri: string; values: Record<string, string> } | null {
  const exact = rows.find((row) => row.uri === uri && !isTemplate(uri));
  for (const row of exact ? [exact] : rows) {
    const values = valuesFor(row, uri);
    if (values) return { id: row.id, uri, values };
  }
  return null;
}

/** As the lists of MCP show it. What is told from the content alone is not known here. */
function definitionOf(row: ResourceSummary): JsonObject {
  const isStored = row.contentKind !== "file" && !isTemplate(row.uri);
  const mimeType = row.mimeType ?? typeOfName(row);
  return {
    [isTemplate(row.uri) ? "uriTemplate" : "uri"]: row.uri,
    name: row.name,
    ...(row.title !== null && { title: row.title }),
    ...(row.description !== "" && { description: row.description }),
    ...(mimeType !== null && { mimeType }),
    ...(isStored && { size: row.bytes }),
  };
}

function typeOfName({ contentKind, uri, path }: ResourceSummary): string | null {
  if (contentKind === "text") return textTypeOfName(uri);
  return mediaTypeOfName(contentKind === "file" ? (path ?? "") : uri);
}

/** No id has a space. */
const keyOf = (id: string, uri: string): string => `${id} ${uri}`;
const uriOfKey = (key: string): string => key.slice(key.indexOf(" ") + 1);
