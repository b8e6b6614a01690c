import {
  createAuditQueries,
  createCatalogQueries,
  createCustomizationQueries,
  createEraQueries,
  createHealthQueries,
  createNameQueries,
  createProfileQueries,
  createServerQueries,
  createSettingQueries,
  createSignInQueries,
  createTokenQueries,
  createVaultQueries,
  type Db,
} from "@local-mcp/database";

/** The queries of every area, over one database. */
export const createStores = (db: Db) => ({
  db,
  audit: createAuditQueries(db),
  catalogs: createCatalogQueries(db),
  customizations: createCustomizationQueries(db),
  eras: createEraQueries(db),
  health: createHealthQueries(db),
  names: createNameQueries(db),
  profiles: createProfileQueries(db),
  servers: createServerQueries(db),
  settings: createSettingQueries(db),
  signIns: createSignInQueries(db),
  tokens: createTokenQueries(db),
  vault: createVaultQueries(db),
});
export type Stores = ReturnType<typeof createStores>;
