import { count } from "../../components/time.ts";

/** What deleting a profile does to those who use it. */
export function deletionText(clients: number, tokens: number): string {
  const sentences: string[] = [];
  if (clients > 0) {
    const verbs = clients === 1 ? "uses its URL and will get" : "use its URL and will get";
    sentences.push(`${count(clients, "client")} ${verbs} “not found”.`);
  } else {
    sentences.push("No connected client uses it. Its URL will answer “not found”.");
  }
  if (tokens > 0) {
    sentences.push(
      tokens === 1 ? "Its 1 token is revoked." : `Its ${count(tokens, "token")} are revoked.`,
    );
  }
  return sentences.join(" ");
}

/** “≈ 6,200 tokens”; exact looking figures of an estimate are rounded. */
export const aboutTokens = (tokens: number): string => `≈ ${roundly(tokens).toLocaleString()}`;

/** Two significant digits from a hundred on, and whole tens below. */
export function roundly(n: number): number {
  if (n < 10) return n;
  const unit = 10 ** Math.max(1, Math.floor(Math.log10(n)) - 1);
  return Math.round(n / unit) * unit;
}

/** “3 of 4 ready” needs both figures; none where a profile has no server. */
export const readyText = ({ ready, total }: { ready: number; total: number }): string =>
  total === 0 ? "none" : `${ready}/${total}`;
