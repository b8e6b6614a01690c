import { type Problem, problem } from "@local-mcp/contract";

/** What a failed call says to a person: the error table's texts, or that the line is gone. */
export function problemOf(error: unknown): Problem {
  const data = problem
    .partial({ params: true })
    .safeParse(typeof error === "object" && error !== null && "data" in error ? error.data : null);
  if (data.success) return { params: {}, ...data.data };
  return {
    code: "link_lost",
    message: "The app lost its connection to the gateway.",
    wayOut: "Clients may still be served. Reconnect, then try again.",
    params: {},
  };
}
