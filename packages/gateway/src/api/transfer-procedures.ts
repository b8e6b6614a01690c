import type { ExportService } from "../transfer/export-service.ts";
import type { ImportService } from "../transfer/import-service.ts";
import { manage } from "./context.ts";

const done = { ok: true } as const;

/** Export and import of what is configured; a part of the router. */
export const createTransferProcedures = ({
  exports,
  imports,
}: {
  exports: ExportService;
  imports: ImportService;
}) => ({
  estimate: manage.transfer.estimate.handler(({ input }) => exports.estimate(input)),
  export: manage.transfer.export.handler(({ input, context }) =>
    exports.export(input, context.principal),
  ),
  plan: manage.transfer.plan.handler(({ input, context }) =>
    imports.plan(input, context.principal),
  ),
  apply: manage.transfer.apply.handler(({ input, context }) =>
    imports.apply(input, context.principal),
  ),
  jobs: manage.transfer.jobs.handler(() => imports.jobs()),
  job: manage.transfer.job.handler(({ input }) => imports.job(input.job)),
  cancel: manage.transfer.cancel.handler(({ input }) => {
    imports.cancel(input.job);
    return done;
  }),
  cleanup: manage.transfer.cleanup.handler(({ input }) => ({
    removed: imports.cleanup(input.olderThanMs),
  })),
});
