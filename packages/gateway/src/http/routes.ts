import type { ApiContext } from "../api/context.ts";
import { createRest, describeApi } from "../api/rest.ts";
import type { Router } from "../api/router.ts";
import { VERSION } from "../version.ts";
import { type BackupRoutesOptions, createBackupRoutes } from "./backup-routes.ts";
import { createSeedRoutes } from "./seed-routes.ts";

export interface RoutesOptions extends BackupRoutesOptions {
  router: Router;
  calls: Omit<ApiContext, "principal">;
}

/** What answers beside MCP, once it is known who asks. */
export const createRoutes = ({ router, calls, ...files }: RoutesOptions) => ({
  api: createRest(router, calls),
  files: createBackupRoutes(files),
  atRoot: createSeedRoutes(router, calls),
  openApi: () => describeApi(VERSION),
});
