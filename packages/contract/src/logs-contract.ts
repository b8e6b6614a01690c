import { eventIterator, oc } from "@orpc/contract";
import { z } from "zod";
import {
  logClear,
  logCleared,
  logCopy,
  logCount,
  logCountQuery,
  logDetail,
  logExportPart,
  logExportQuery,
  logFilter,
  logFinding,
  logLevelChange,
  logLevelChoice,
  logMark,
  logNews,
  logReplay,
  logReplayed,
  logRow,
  logSession,
  logsPage,
  logsQuery,
  logState,
  logStats,
  logSuggestQuery,
  logUncap,
} from "./logs.ts";
import { done, nothing } from "./shapes.ts";

const log = z.object({ id: z.coerce.number<number>().int().min(1) });

/** Debug logs; a part of the contract. */
export const logsContract = {
  logs: {
    /** A page by key, never by offset: the newest, those before or after a row, or those at a place. */
    list: oc.route({ method: "GET", path: "/logs" }).input(logsQuery).output(logsPage),
    count: oc.route({ method: "GET", path: "/logs/count" }).input(logCountQuery).output(logCount),
    /** What matches and comes or changes from now on. */
    follow: oc
      .route({ method: "GET", path: "/logs/live" })
      .input(logFilter)
      .output(eventIterator(logNews)),
    stats: oc.route({ method: "GET", path: "/logs/stats" }).input(logFilter).output(logStats),
    sessions: oc
      .route({ method: "GET", path: "/logs/sessions" })
      .input(logFilter)
      .output(z.array(logSession)),
    state: oc.route({ method: "GET", path: "/logs/state" }).input(nothing).output(logState),
    suggest: oc
      .route({ method: "GET", path: "/logs/suggest" })
      .input(logSuggestQuery)
      .output(z.array(z.string())),
    findings: oc
      .route({ method: "GET", path: "/logs/findings" })
      .input(nothing)
      .output(z.array(logFinding)),
    /** It is shown again when it was seen anew. */
    dismiss: oc
      .route({ method: "DELETE", path: "/logs/findings/{finding}" })
      .input(z.object({ finding: z.string().max(1000) }))
      .output(done),
    export: oc
      .route({ method: "GET", path: "/logs/export" })
      .input(logExportQuery)
      .output(logExportPart),
    levels: oc
      .route({ method: "GET", path: "/logs/levels" })
      .input(nothing)
      .output(z.array(logLevelChoice)),
    setLevel: oc.route({ method: "PUT", path: "/logs/levels" }).input(logLevelChange).output(done),
    /** Keeps whole messages for a while, which ends by itself. */
    uncap: oc.route({ method: "POST", path: "/logs/uncap" }).input(logUncap).output(logState),
    cap: oc.route({ method: "DELETE", path: "/logs/uncap" }).input(nothing).output(logState),
    /** Tries at once whether it can be recorded again, and not only after a while. */
    record: oc.route({ method: "POST", path: "/logs/record" }).input(nothing).output(logState),
    clear: oc.route({ method: "DELETE", path: "/logs" }).input(logClear).output(logCleared),
    get: oc.route({ method: "GET", path: "/logs/{id}" }).input(log).output(logDetail),
    mark: oc.route({ method: "PATCH", path: "/logs/{id}" }).input(logMark).output(logRow),
    replay: oc
      .route({ method: "POST", path: "/logs/{id}/replay" })
      .input(logReplay)
      .output(logReplayed),
    /** The request as a command or as code that sends it again; holds no token. */
    copy: oc
      .route({ method: "GET", path: "/logs/{id}/copy" })
      .input(logCopy)
      .output(z.object({ text: z.string() })),
  },
};
