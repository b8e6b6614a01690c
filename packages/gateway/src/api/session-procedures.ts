import type { SessionsService } from "../sessions/sessions-service.ts";
import { manage } from "./context.ts";

/** Sessions of legacy clients; a part of the router. */
export const createSessionProcedures = (sessions: SessionsService) => ({
  list: manage.sessions.list.handler(() => sessions.list()),
  get: manage.sessions.get.handler(({ input }) => sessions.get(input.session)),
  messages: manage.sessions.messages.handler(({ input }) => sessions.messages(input)),
  remove: manage.sessions.remove.handler(({ input }) => sessions.remove(input.session)),
  cleanup: manage.sessions.cleanup.handler(({ input }) => sessions.cleanup(input)),
  retry: manage.sessions.retry.handler(() => sessions.retry()),
});
