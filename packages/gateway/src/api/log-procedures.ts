import type { LogsService } from "../logs/logs-service.ts";
import { manage, requireRight } from "./context.ts";

const done = { ok: true } as const;

/** Debug logs; a part of the router. */
export const createLogProcedures = (logs: LogsService) => ({
  list: manage.logs.list.handler(({ input, signal }) => logs.list(input, signal)),
  count: manage.logs.count.handler(({ input, signal }) => logs.count(input, signal)),
  follow: manage.logs.follow.handler(({ input, signal }) => logs.follow(input.filter, signal)),
  stats: manage.logs.stats.handler(({ input, signal }) => logs.stats(input.filter, signal)),
  sessions: manage.logs.sessions.handler(({ input, signal }) =>
    logs.sessions(input.filter, signal),
  ),
  state: manage.logs.state.handler(() => logs.state()),
  suggest: manage.logs.suggest.handler(({ input }) => logs.suggest(input)),
  findings: manage.logs.findings.handler(() => logs.findings()),
  dismiss: manage.logs.dismiss.handler(async ({ input }) => {
    await logs.dismiss(input.finding);
    return done;
  }),
  export: manage.logs.export.handler(({ input, signal }) => logs.export(input, signal)),
  levels: manage.logs.levels.handler(() => logs.levels()),
  setLevel: manage.logs.setLevel.handler(({ input }) => {
    logs.setLevel(input);
    return done;
  }),
  uncap: manage.logs.uncap.handler(({ input }) => logs.uncap(input.minutes)),
  cap: manage.logs.cap.handler(() => logs.cap()),
  record: manage.logs.record.handler(() => logs.record()),
  clear: manage.logs.clear.handler(({ input }) => logs.clear(input.filter)),
  get: manage.logs.get.handler(({ input }) => logs.get(input.id)),
  mark: manage.logs.mark.handler(({ input }) => logs.mark(input)),
  replay: manage.logs.replay.handler(({ input, context, signal }) => {
    requireRight(context.principal, "use");
    return logs.replay(input, signal);
  }),
  copy: manage.logs.copy.handler(async ({ input }) => ({
    text: await logs.copy(input.id, input.as),
  })),
});
