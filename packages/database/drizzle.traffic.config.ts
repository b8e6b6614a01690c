import { defineConfig } from "drizzle-kit";

/** traffic.db */
export default defineConfig({
  dialect: "sqlite",
  schema: "./src/schema/traffic.ts",
  out: "./src/migrations/traffic",
});
