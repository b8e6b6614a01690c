import { type LogBody, type LogDetail, OUTCOME_WORDS } from "@local-mcp/contract";
import { jsonText } from "../../components/json-text.ts";
import { sizeText } from "../../components/size.ts";
import { duration, exactTime } from "../../components/time.ts";

/** What is known of both exchanges under one name. */
export interface ComparedFact {
  name: string;
  one: string;
  other: string;
}

const FACTS: readonly { name: string; of: (log: LogDetail) => string | null }[] = [
  { name: "Outcome", of: ({ outcome }) => OUTCOME_WORDS[outcome] },
  { name: "Error", of: ({ error }) => error },
  { name: "Error code", of: ({ errorCode }) => errorCode },
  { name: "HTTP status", of: ({ httpStatus }) => httpStatus?.toString() ?? null },
  { name: "Took", of: ({ durationMs }) => (durationMs === null ? null : duration(durationMs)) },
  { name: "Method", of: ({ method }) => method },
  { name: "Name", of: ({ name }) => name },
  { name: "Server", of: ({ server }) => server },
  { name: "Profile", of: ({ profile }) => profile },
  {
    name: "Client",
    of: ({ client, clientVersion }) => [client, clientVersion].filter(Boolean).join(" ") || null,
  },
  { name: "Era", of: ({ era }) => era },
  { name: "Session", of: ({ session }) => session },
  { name: "Request", of: ({ requestBytes }) => sizeOf(requestBytes) },
  { name: "Response", of: ({ responseBytes }) => sizeOf(responseBytes) },
  { name: "Began", of: ({ at }) => exactTime(at) },
];

const sizeOf = (bytes: number | null): string | null => (bytes === null ? null : sizeText(bytes));

/** The facts that differ, and those that are the same; what neither has is left out. */
export function comparedFacts(
  one: LogDetail,
  other: LogDetail,
): { differing: ComparedFact[]; same: ComparedFact[] } {
  const facts = FACTS.filter(({ of }) => of(one) !== null || of(other) !== null).map(
    ({ name, of }) => ({ name, one: of(one) ?? "–", other: of(other) ?? "–" }),
  );
  return {
    differing: facts.filter((fact) => fact.one !== fact.other),
    same: facts.filter((fact) => fact.one === fact.other),
  };
}

/** A message laid out, to be compared line by line. */
export function linesOf(body: LogBody | null): string[] {
  if (body === null) return [];
  try {
    return jsonText(JSON.parse(body.text)).split("\n");
  } catch {
    return body.text.split("\n");
  }
}

/** Why a message cannot be compared, as a sentence; null where it can. */
export function whyNoLines(log: LogDetail, part: "request" | "response"): string | null {
  const body = log[part];
  if (body === null) {
    return log.contents === "level"
      ? `Of debug log ${log.id} no messages were recorded.`
      : `Debug log ${log.id} has no ${part}.`;
  }
  return null;
}
