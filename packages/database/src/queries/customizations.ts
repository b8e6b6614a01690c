import type { CapabilityKind } from "@local-mcp/contract";
import { and, eq } from "drizzle-orm";
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

/** Where a kind is stored: prompts and resources have an on/off only. */
const onOff = {
  prompt: { table: profileMcpServerPrompts, original: profileMcpServerPrompts.promptName },
  resource: { table: profileMcpServerResources, original: profileMcpServerResources.resourceUri },
};

/** What people changed about the tools, prompts and resources of servers in a profile. */
export const createCustomizationQueries = (db: Queryable) => {
  const listTools = (profileId: string): StoredCustomization[] => {
    const table = profileMcpServerTools;
    return db
      .select({
        mcpServerId: table.mcpServerId,
        original: table.toolName,
        isEnabled: table.isEnabled,
        customName: table.customName,
        customDescription: table.customDescription,
      })
      .from(table)
      .where(eq(table.profileId, profileId))
      .orderBy(table.mcpServerId, table.toolName)
      .all()
      .map((row) => ({ kind: "tool", ...row }));
  };

  const listOnOff = (kind: keyof typeof onOff, profileId: string): StoredCustomization[] => {
    const { table, original } = onOff[kind];
    return db
      .select({ mcpServerId: table.mcpServerId, original, isEnabled: table.isEnabled })
      .from(table)
      .where(eq(table.profileId, profileId))
      .orderBy(table.mcpServerId, original)
      .all()
      .map((row) => ({ kind, ...row, customName: null, customDescription: null }));
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

  return {
    list: (profileId: string): StoredCustomization[] => [
      ...listTools(profileId),
      ...listOnOff("prompt", profileId),
      ...listOnOff("resource", profileId),
    ],
    /** Writes choices over those that are there, all or none; one that changes nothing is not kept. */
    put(profileId: string, choices: StoredCustomization[]): void {
      db.transaction(() => {
        for (const choice of choices) {
          remove(profileId, choice);
          const changes =
            !choice.isEnabled || choice.customName !== null || choice.customDescription !== null;
          if (changes) insert(profileId, choice);
        }
      });
    },
  };
};
