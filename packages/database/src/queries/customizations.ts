import type { CapabilityKind } from "@local-mcp/contract";
import { and, eq, sql } from "drizzle-orm";
import type { Queryable } from "../db.ts";
import {
  profileMcpServerPrompts,
  profileMcpServerResources,
  profileMcpServerTools,
} from "../schema/profiles.ts";

/** A person's choices for one tool, prompt or resource of a server in a profile. */
export interface StoredCustomization {
  kind: CapabilityKind;
  mcpServerId: string;
  /** Name of the tool or prompt, URI of the resource, as its server calls it. */
  original: string;
  isEnabled: boolean;
  /** Tools only; null: as the server says. */
  customName: string | null;
  customDescription: string | null;
}

/** The same with the profile it is for. */
export interface ProfileCustomization {
  profileId: string;
  choice: StoredCustomization;
}

/** Where a kind is stored: prompts and resources have an on/off only. */
const onOff = {
  prompt: { table: profileMcpServerPrompts, original: profileMcpServerPrompts.promptName },
  resource: { table: profileMcpServerResources, original: profileMcpServerResources.resourceUri },
};

/** What people changed about the tools, prompts and resources of servers in a profile. */
export const createCustomizationQueries = (db: Queryable) => {
  const listTools = (profileId?: string): ProfileCustomization[] => {
    const table = profileMcpServerTools;
    return db
      .select({
        profileId: table.profileId,
        mcpServerId: table.mcpServerId,
        original: table.toolName,
        isEnabled: table.isEnabled,
        customName: table.customName,
        customDescription: table.customDescription,
      })
      .from(table)
      .where(profileId === undefined ? undefined : eq(table.profileId, profileId))
      .orderBy(table.mcpServerId, table.toolName)
      .all()
      .map(({ profileId: of, ...row }) => ({ profileId: of, choice: { kind: "tool", ...row } }));
  };

  const listOnOff = (kind: keyof typeof onOff, profileId?: string): ProfileCustomization[] => {
    const { table, original } = onOff[kind];
    return db
      .select({
        profileId: table.profileId,
        mcpServerId: table.mcpServerId,
        original,
        isEnabled: table.isEnabled,
      })
      .from(table)
      .where(profileId === undefined ? undefined : eq(table.profileId, profileId))
      .orderBy(table.mcpServerId, original)
      .all()
      .map(({ profileId: of, ...row }) => ({
        profileId: of,
        choice: { kind, ...row, customName: null, customDescription: null },
      }));
  };

  const remove = (
    profileId: string,
    { kind, mcpServerId, original }: StoredCustomization,
  ): void => {
    const { table, original: column } =
      kind === "tool"
        ? { table: profileMcpServerTools, original: profileMcpServerTools.toolName }
        : onOff[kind];
    db.delete(table)
      .where(
        and(
          eq(table.profileId, profileId),
          eq(table.mcpServerId, mcpServerId),
          eq(column, original),
        ),
      )
      .run();
  };

  const insert = (profileId: string, choice: StoredCustomization): void => {
    const { mcpServerId, original, isEnabled, customName, customDescription } = choice;
    const place = { profileId, mcpServerId, isEnabled };
    switch (choice.kind) {
      case "tool":
        db.insert(profileMcpServerTools)
          .values({ ...place, toolName: original, customName, customDescription })
          .run();
        break;
      case "prompt":
        db.insert(profileMcpServerPrompts)
          .values({ ...place, promptName: original })
          .run();
        break;
      case "resource":
        db.insert(profileMcpServerResources)
          .values({ ...place, resourceUri: original })
          .run();
        break;
    }
  };

  const listAll = (profileId?: string): ProfileCustomization[] => [
    ...listTools(profileId),
    ...listOnOff("prompt", profileId),
    ...listOnOff("resource", profileId),
  ];

  /** One that changes nothing is not kept. */
  const insertChanges = (profileId: string, choice: StoredCustomization): void => {
    const { isEnabled, customName, customDescription } = choice;
    if (!isEnabled || customName !== null || customDescription !== null) insert(profileId, choice);
  };

  const removals = [profileMcpServerTools, profileMcpServerPrompts, profileMcpServerResources].map(
    (table) =>
      db
        .delete(table)
        .where(eq(table.profileId, sql.placeholder("profileId")))
        .prepare(),
  );

  return {
    list: (profileId: string): StoredCustomization[] =>
      listAll(profileId).map(({ choice }) => choice),
    /** Those of all profiles; read once for all. */
    listAll: (): ProfileCustomization[] => listAll(),
    /** Writes choices over those that are there, all or none; one that changes nothing is not kept. */
    put(profileId: string, choices: StoredCustomization[]): void {
      db.transaction(() => {
        for (const choice of choices) {
          remove(profileId, choice);
          insertChanges(profileId, choice);
        }
      });
    },
    /** Makes these the choices of a profile; what is not among them is as its server says again. */
    replace(profileId: string, choices: readonly StoredCustomization[]): void {
      db.transaction(() => {
        for (const removal of removals) removal.run({ profileId });
        for (const choice of choices) insertChanges(profileId, choice);
      });
    },
  };
};
