import { oc } from "@orpc/contract";
import { z } from "zod";
import { done, nothing } from "./shapes.ts";
import {
  exportEstimate,
  exportOptions,
  exportResult,
  importApply,
  importCleanup,
  importJob,
  importOptions,
  importPlan,
  importReport,
} from "./transfer.ts";

const job = z.object({ job: z.string() });

/** Export and import of what is configured; a part of the contract. */
export const transferContract = {
  transfer: {
    /** What an export would hold. Opens no secret. */
    estimate: oc
      .route({ method: "POST", path: "/transfer/estimate" })
      .input(exportOptions)
      .output(exportEstimate),
    export: oc
      .route({ method: "POST", path: "/transfer/export" })
      .input(exportOptions)
      .output(exportResult),
    /** What an import would do. Changes nothing. */
    plan: oc
      .route({ method: "POST", path: "/transfer/plan" })
      .input(importOptions)
      .output(importPlan),
    /** Does it, all or nothing; answers when that is done. `job` says how far it is. */
    apply: oc
      .route({ method: "POST", path: "/transfer/imports", successStatus: 201 })
      .input(importApply)
      .output(importReport),
    /** Newest first. */
    jobs: oc
      .route({ method: "GET", path: "/transfer/imports" })
      .input(nothing)
      .output(z.array(importJob)),
    job: oc.route({ method: "GET", path: "/transfer/imports/{job}" }).input(job).output(importJob),
    cancel: oc.route({ method: "DELETE", path: "/transfer/imports/{job}" }).input(job).output(done),
    /** Forgets imports that are over; what they imported stays. */
    cleanup: oc
      .route({ method: "POST", path: "/transfer/imports/cleanup" })
      .input(importCleanup)
      .output(z.object({ removed: z.number().int() })),
  },
};
