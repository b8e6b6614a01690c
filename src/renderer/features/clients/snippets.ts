import { type CapabilityView, type ClientSnippet, TOKEN_PLACE } from "@local-mcp/contract";

/** Clients that are here come first; otherwise the order stays. “Other” is always last. */
export const inOrder = (snippets: readonly ClientSnippet[]): ClientSnippet[] =>
  [...snippets].sort((a, b) => rank(a) - rank(b));

const rank = ({ client, installed }: ClientSnippet): number =>
  client === "other" ? 2 : installed ? 0 : 1;

/** The snippet as it is pasted; without a token the place for it stays marked. */
export const filledIn = ({ text }: ClientSnippet, token: string | undefined): string =>
  token === undefined ? text : text.replaceAll(TOKEN_PLACE, () => token);

/** What a person can say to their client so that it calls a tool, and changes nothing by that. */
export function promptToTry(capabilities: readonly CapabilityView[]): string {
  const tools = capabilities.filter(({ kind, enabled }) => kind === "tool" && enabled);
  if (tools.some(({ name }) => name === "echo")) return "Use the echo tool to say hello.";
  const harmless = tools.find(
    ({ definition: { annotations } }) =>
      typeof annotations === "object" &&
      annotations !== null &&
      "readOnlyHint" in annotations &&
      annotations.readOnlyHint === true,
  );
  return harmless
    ? `Use the ${harmless.name} tool.`
    : "Which tools do you have? Use one that changes nothing.";
}
