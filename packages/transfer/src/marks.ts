import { SECRET_MARK } from "@local-mcp/contract";
import type { ServerFields } from "./entity.ts";

/** Texts of a server that may have `${secret:name}` marks. */
function textsOf({ config }: Pick<ServerFields, "config">): string[] {
  if (config.transport === "stdio") {
    const plain = Object.values(config.env).flatMap((one) => (one?.plain ? [one.value] : []));
    return [...config.args, ...plain];
  }
  const headers = Object.values(config.headers).filter((value) => value !== null);
  const parameters = Object.values(config.signIn?.parameters ?? {}).filter((one) => one !== null);
  return [config.url, ...headers, ...parameters];
}

/** Names of the marks in a text. */
export const marksOf = (text: string): string[] =>
  [...text.matchAll(SECRET_MARK)].map(([, name = ""]) => name);

/** Names of the secrets that the marks of a server stand for. */
export const marksIn = (server: Pick<ServerFields, "config">): string[] =>
  textsOf(server).flatMap(marksOf);

/**
 * A server as a text has it that leaves values to its reader: the secret of each mark without a value
 * is there and empty.
 *
 * @returns with the places of those secrets, sorted
 */
export function withMarks(server: ServerFields): { fields: ServerFields; withheld: string[] } {
  const names = [...new Set(marksIn(server))].filter(
    (name) => !Object.hasOwn(server.secrets, name),
  );
  const empty = Object.fromEntries(names.map((name) => [name, ""]));
  return {
    fields: { ...server, secrets: { ...server.secrets, ...empty } },
    withheld: names.map((name) => `secrets/${name}`).toSorted(),
  };
}
