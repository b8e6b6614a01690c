import { z } from "zod";

export const doctorFinding = z.object({
  area: z.enum([
    "runtime",
    "data",
    "settings",
    "vault",
    "endpoint",
    "sessions",
    "servers",
    "programs",
    "backups",
  ]),
  level: z.enum(["ok", "note", "problem"]),
  /** One sentence. */
  message: z.string(),
  wayOut: z.string().nullable(),
});
export type DoctorFinding = z.infer<typeof doctorFinding>;
