import type { ApiContext } from "../api/context.ts";
import { createRest, describeApi } from "../api/rest.ts";
import type { Router } from "../api/router.ts";
import type { Jobs } from "../backups/jobs.ts";
import type { MetricsService } from "../metrics/metrics-service.ts";
import type { Status } from "../status/status.ts";
import type { ImportService } from "../transfer/import-service.ts";
import { VERSION } from "../version.ts";
import { createAdminPage } from "./admin-page.ts";
import { type BackupRoutesOptions, createBackupRoutes } from "./backup-routes.ts";
import { createExportRoutes } from "./export-routes.ts";
import { createImportRoutes } from "./import-routes.ts";
import { createMetricsRoutes } from "./metrics-routes.ts";
import { createSeedRoutes } from "./seed-routes.ts";

export interface RoutesOptions extends BackupRoutesOptions {
  router: Router;
  calls: Omit<ApiContext, "principal">;
  metrics: Pick<MetricsService, "exposition">;
  status: Pick<Status, "ofGateway">;
  jobs: Pick<Jobs, "counts">;
  transfer: { imports: Pick<ImportService, "outcomes"> };
  /** Folder of the built pages; null where no browser is served them. */
  pages: string | null;
}

/** What answers beside MCP, once it is known who asks. */
export const createRoutes = (options: RoutesOptions) => {
  const { router, calls, metrics, status, jobs, transfer } = options;
  const toMetrics = createMetricsRoutes(router, calls, () =>
    metrics.exposition({
      jobs: jobs.counts,
      imports: transfer.imports.outcomes,
      status: status.ofGateway(),
    }),
  );
  const seeds = createSeedRoutes(router, calls);
  const exports = createExportRoutes(router, calls);
  const imports = createImportRoutes(router, calls);
  return {
    page: createAdminPage(options.pages),
    api: createRest(router, calls),
    files: createBackupRoutes(options),
    atRoot: (path: string) => toMetrics(path) ?? exports(path) ?? imports(path) ?? seeds(path),
    openApi: () => describeApi(VERSION),
  };
};
