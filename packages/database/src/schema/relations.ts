import { relations } from "drizzle-orm";
import { profileMcpServers, profiles } from "./profiles.ts";
import { mcpServers, oauthClientRegistrations, oauthTokens } from "./servers.ts";

export const profilesRelations = relations(profiles, ({ many }) => ({
  profileMcpServers: many(profileMcpServers),
}));

export const profileMcpServersRelations = relations(profileMcpServers, ({ one }) => ({
  profile: one(profiles, { fields: [profileMcpServers.profileId], references: [profiles.id] }),
  mcpServer: one(mcpServers, {
    fields: [profileMcpServers.mcpServerId],
    references: [mcpServers.id],
  }),
}));

export const mcpServersRelations = relations(mcpServers, ({ many }) => ({
  profileMcpServers: many(profileMcpServers),
  oauthTokens: many(oauthTokens),
  oauthClientRegistrations: many(oauthClientRegistrations),
}));

export const oauthTokensRelations = relations(oauthTokens, ({ one }) => ({
  mcpServer: one(mcpServers, { fields: [oauthTokens.serverId], references: [mcpServers.id] }),
}));

export const oauthClientRegistrationsRelations = relations(oauthClientRegistrations, ({ one }) => ({
  mcpServer: one(mcpServers, {
    fields: [oauthClientRegistrations.serverId],
    references: [mcpServers.id],
  }),
}));
