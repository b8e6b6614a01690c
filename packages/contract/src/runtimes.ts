import { z } from "zod";

/** A program that servers are commonly started with. */
export const programView = z.object({
  name: z.string(),
  /** The file that runs; null where it was not found. */
  path: z.string().nullable(),
  version: z.string().nullable(),
  /** Other files of that name, later in PATH. */
  others: z.array(z.string()),
});
export type ProgramView = z.infer<typeof programView>;

/** What a server's process is started with: whose PATH, which programs, which way to the network. */
export const runtimesView = z.object({
  environment: z.object({
    /** `login_shell`: as a terminal would have it. `process`: as this program was started with. */
    source: z.enum(["login_shell", "process"]),
    state: z.enum(["resolving", "resolved", "failed"]),
    /** The shell that was asked, for example /bin/zsh. */
    shell: z.string().nullable(),
    /** Why it could not be asked, as a sentence. */
    problem: z.string().nullable(),
    durationMs: z.number().nullable(),
    resolvedAt: z.number().int().nullable(),
  }),
  /** Folders of PATH, in order. */
  folders: z.array(z.string()),
  programs: z.array(programView),
  network: z.object({
    /** Without user and password. */
    httpProxy: z.string().nullable(),
    httpsProxy: z.string().nullable(),
    noProxy: z.string().nullable(),
    /** File with extra certificates, and how many it holds. */
    extraCa: z.object({ file: z.string(), certificates: z.number().int() }).nullable(),
    problem: z.string().nullable(),
  }),
});
export type RuntimesView = z.infer<typeof runtimesView>;
