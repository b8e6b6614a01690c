import { oc } from "@orpc/contract";
import { z } from "zod";
import {
  sessionMessage,
  sessionMessagesQuery,
  sessionsCleaned,
  sessionsCleanup,
  sessionStoreView,
  sessionsView,
  sessionView,
} from "./sessions.ts";
import { nothing } from "./shapes.ts";

const session = z.object({ session: z.string() });

/** Sessions of legacy clients, and where they are kept; a part of the contract. */
export const sessionsContract = {
  sessions: {
    list: oc.route({ method: "GET", path: "/sessions" }).input(nothing).output(sessionsView),
    /** By its id, or by what no other id begins with. */
    get: oc
      .route({ method: "GET", path: "/sessions/{session}" })
      .input(session)
      .output(sessionView),
    /** What went to its client, oldest first. */
    messages: oc
      .route({ method: "GET", path: "/sessions/{session}/messages" })
      .input(sessionMessagesQuery)
      .output(z.array(sessionMessage)),
    /**
     * Ends it at once, by its whole id, wherever its streams are open. The client may open another
     * one. Answers with what it was.
     */
    remove: oc
      .route({ method: "DELETE", path: "/sessions/{session}" })
      .input(session)
      .output(sessionView),
    /** Removes what has expired, in the store and of the messages. */
    cleanup: oc
      .route({ method: "POST", path: "/session-store/cleanup" })
      .input(sessionsCleanup)
      .output(sessionsCleaned),
    /** Tries a store that could not be reached again, now. */
    retry: oc
      .route({ method: "POST", path: "/session-store/retry" })
      .input(nothing)
      .output(sessionStoreView),
  },
};
