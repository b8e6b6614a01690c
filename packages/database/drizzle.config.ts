import { defineConfig } from "drizzle-kit";

/** local-mcp-gateway.db */
export default defineConfig({
  dialect: "sqlite",
  schema: "./src/schema/configuration.ts",
  out: "./src/migrations/configuration",
});
