import { GatewayError, type SeenTool, type ToolChange } from "@local-mcp/contract";
import type { AcceptedToolRow, ServerRow } from "@local-mcp/database";
import {
  firstByName,
  type JsonObject,
  type ServerDefinition,
  type ToolPins,
} from "@local-mcp/engine";
import type { Stores } from "../stores.ts";
import { type Changed, changesOf } from "./compare.ts";
import { digestOf } from "./definition.ts";

/**
 * Tools of a server that were accepted and that it does not list any more. None is forgotten, since
 * it could come back as something else; where there are so many, what is new is no longer accepted
 * for being listed, so that a server which lists other names each time does not fill the database.
 */
const MAX_GONE = 1000;

export interface ToolChangesOptions {
  stores: Pick<Stores, "db" | "acceptedTools" | "catalogs" | "servers">;
  /** Told once of each change, by the names of the tools. */
  onSeen: (server: ServerRow, tools: readonly string[]) => void;
  /** What has changed at this server is not what it was. */
  onChange: (serverId: string) => void;
}

/** What is known of the tools of one server. */
interface Known {
  /** Digests of what was accepted, by name. */
  accepted: Map<string, string>;
  /** How many of them the server does not list. */
  gone: number;
  changed: Map<string, Changed>;
  /** The digests that were told of last. */
  told: Map<string, string>;
}

/**
 * Compares what servers list with what a person has accepted of it. What a server lists first is
 * accepted, since the person has just agreed to the server.
 */
export class ToolChanges implements ToolPins {
  readonly #options: ToolChangesOptions;
  readonly #known = new Map<string, Known>();

  constructor(options: ToolChangesOptions) {
    this.#options = options;
  }

  /** What a server listed before this gateway was started; what changed then was told of then. */
  recall(serverId: string, tools: readonly JsonObject[]): void {
    this.#known.set(serverId, this.#read(serverId, tools));
  }

  /** What a server lists now. Called in the transaction that stores it. */
  listed(serverId: string, tools: readonly JsonObject[], listedAt: number): void {
    const { stores, onChange } = this.#options;
    const server = stores.servers.get(serverId);
    if (!server) return;
    const known = this.#of(serverId);
    const byName = firstByName(tools);
    const before = known.changed;
    // What was new was not held back, so that clients had it as it was.
    this.#accept(serverId, known, takenOf(server, known, definitionsOf(before)), listedAt);
    known.gone = goneOf(known.accepted, byName);
    this.#accept(serverId, known, takenOf(server, known, byName), listedAt);
    known.changed = changesOf(known.accepted, byName);
    this.#tell(server, known);
    if (!isSame(before, known.changed)) onChange(serverId);
  }

  changed(serverId: string): ReadonlyMap<string, Changed> {
    return this.#of(serverId).changed;
  }

  /** How many tools of a server are not as they were accepted, and are kept from clients for it. */
  counts({ id, holdsChangedTools }: Pick<ServerDefinition, "id" | "holdsChangedTools">): {
    changedTools: number;
    heldTools: number;
  } {
    const { length } = shownOf(this.#of(id), holdsChangedTools);
    return { changedTools: length, heldTools: holdsChangedTools ? length : 0 };
  }

  /** In the order of the server. */
  list({ id, holdChangedTools }: Pick<ServerRow, "id" | "holdChangedTools">): ToolChange[] {
    const changed = shownOf(this.#of(id), holdChangedTools);
    if (changed.length === 0) return [];
    const { acceptedTools } = this.#options.stores;
    const rows = new Map(acceptedTools.list(id).map((row) => [row.toolName, row]));
    return changed.map(([name, { kind, digest, definition }]) => ({
      name,
      kind,
      accepted: rows.get(name)?.definition ?? null,
      acceptedAt: rows.get(name)?.acceptedAt ?? null,
      now: definition,
      digest,
      isHeldBack: holdChangedTools,
    }));
  }

  /**
   * Accepts tools as a person has seen them, all of them or none. What is accepted already is so
   * once more.
   *
   * @returns what is left
   * @throws GatewayError tool_changed_again where one is not, or is not any more, what was seen
   */
  accept(server: ServerRow, seen: readonly SeenTool[]): ToolChange[] {
    const { stores, onChange } = this.#options;
    const known = this.#of(server.id);
    const taken = seen.flatMap(({ name, digest }): [string, JsonObject][] => {
      const change = known.changed.get(name);
      if (change?.digest === digest) return [[name, change.definition]];
      if (!change && known.accepted.get(name) === digest) return [];
      throw new GatewayError("tool_changed_again", { tool: name, server: server.name });
    });
    try {
      stores.db.transaction(() => this.#accept(server.id, known, taken, Date.now()));
    } catch (error) {
      this.forget(server.id);
      throw error;
    }
    for (const [name] of taken) known.changed.delete(name);
    onChange(server.id);
    return this.list(server);
  }

  /** A server that is gone, or of which something could not be stored. */
  forget(serverId: string): void {
    this.#known.delete(serverId);
  }

  #of(serverId: string): Known {
    const { catalogs } = this.#options.stores;
    const known =
      this.#known.get(serverId) ?? this.#read(serverId, catalogs.get(serverId)?.tools ?? []);
    this.#known.set(serverId, known);
    return known;
  }

  #read(serverId: string, tools: readonly JsonObject[]): Known {
    const rows = this.#options.stores.acceptedTools.list(serverId);
    const accepted = new Map(rows.map((row) => [row.toolName, digestOf(row.definition)]));
    const byName = firstByName(tools);
    const changed = changesOf(accepted, byName);
    const told = new Map([...changed].map(([name, { digest }]) => [name, digest]));
    return { accepted, gone: goneOf(accepted, byName), changed, told };
  }

  #accept(
    mcpServerId: string,
    { accepted }: Known,
    tools: readonly [string, JsonObject][],
    acceptedAt: number,
  ): void {
    for (const [toolName, definition] of tools) {
      const row: AcceptedToolRow = { mcpServerId, toolName, definition, acceptedAt };
      this.#options.stores.acceptedTools.put(row);
      accepted.set(toolName, digestOf(definition));
    }
  }

  #tell(server: ServerRow, known: Known): void {
    const shown = shownOf(known, server.holdChangedTools);
    const untold = shown.filter(([name, { digest }]) => known.told.get(name) !== digest);
    for (const [name, { digest }] of untold) known.told.set(name, digest);
    // What went away and comes back the same is told of once, as long as it has a name that is known.
    for (const name of known.told.keys()) {
      if (!known.accepted.has(name) && !known.changed.has(name)) known.told.delete(name);
    }
    if (untold.length > 0)
      this.#options.onSeen(
        server,
        untold.map(([name]) => name),
      );
  }
}

/** Tools that are accepted for being listed. */
function takenOf(
  { holdChangedTools }: Pick<ServerRow, "holdChangedTools">,
  { accepted, gone }: Known,
  listed: ReadonlyMap<string, JsonObject>,
): [string, JsonObject][] {
  if (accepted.size === 0) return [...listed];
  if (holdChangedTools || gone >= MAX_GONE) return [];
  return [...listed].filter(([name]) => !accepted.has(name));
}

/** Tools a person is told of. What is new is no news where it is accepted for being listed. */
const shownOf = ({ changed, gone }: Known, isHeldBack: boolean): [string, Changed][] =>
  [...changed].filter(([, { kind }]) => isHeldBack || gone >= MAX_GONE || kind === "changed");

const definitionsOf = (changed: ReadonlyMap<string, Changed>): Map<string, JsonObject> =>
  new Map([...changed].map(([name, { definition }]) => [name, definition]));

const goneOf = (
  accepted: ReadonlyMap<string, string>,
  listed: ReadonlyMap<string, JsonObject>,
): number => [...accepted.keys()].filter((name) => !listed.has(name)).length;

const isSame = (one: ReadonlyMap<string, Changed>, other: ReadonlyMap<string, Changed>): boolean =>
  one.size === other.size &&
  [...one].every(([name, { digest }]) => other.get(name)?.digest === digest);
