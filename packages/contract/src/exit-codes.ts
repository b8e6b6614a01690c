/** What the command line ends with. Scripts rely on these; they never change meaning. */
export const EXIT_CODES = {
  0: "ok",
  1: "failed",
  2: "usage",
  3: "validation",
  4: "conflict",
  5: "partly done",
  6: "wrong secret or passphrase",
  7: "already running or locked",
  130: "interrupted",
} as const;

export type ExitCode = keyof typeof EXIT_CODES;
