import type { OpenApiView } from "@local-mcp/contract";
import type { Command } from "commander";
import type { Act, Cli, Outcome } from "../cli.ts";
import { repeated, split, usage } from "../forms.ts";
import { plural, table } from "../output.ts";
import { readText } from "../values.ts";
import { type NewOptions, takesNew } from "./catalogue-options.ts";
import { warnUrl } from "./server-forms.ts";
import { type AccessOptions, readAccess, takesAccess } from "./tool-forms.ts";

interface ImportOptions extends AccessOptions, NewOptions {
  list?: boolean;
  dryRun?: boolean;
  operation?: string[];
  baseUrl?: string;
}

type Operation = OpenApiView["operations"][number];

const AUTH_WORDS = {
  bearer: "a bearer token: --bearer",
  basic: "a user name and a password: --basic USER",
  header: "a header",
  query: "a value of the query",
  other: "a way that a person goes first; give the token that comes of it: --bearer",
} as const;

const authText = ({ name, type, parameter }: OpenApiView["auth"][number]): string => {
  const option = type === "header" || type === "query" ? `: --${type} ${parameter ?? ""}` : "";
  return `“${name}” wants ${AUTH_WORDS[type]}${option}.`;
};

const operationTable = (cli: Cli, operations: readonly Operation[]): string =>
  table(
    ["OPERATION", "NAME", "NOTE"],
    operations.map(({ key, name, problem, losses, summary }) => [
      key,
      problem === null ? name : "-",
      problem ?? [summary, ...losses].filter((text) => text !== null).join(" "),
    ]),
    cli.width,
  );

const showDocument = (cli: Cli, view: OpenApiView, operations: readonly Operation[]): void => {
  cli.answer({ ...view, operations }, operationTable(cli, operations));
  const servers = view.servers.join(", ") || "none";
  cli.hint(`${view.title} ${view.version}. Base URLs it names: ${servers}.`);
  for (const auth of view.auth) cli.hint(authText(auth));
};

/** `GET /pets as NAME` gives a tool a name of its own. */
const choices = (given: readonly string[] | undefined) =>
  given?.map((text) => {
    const [key, name] = split(text, " as ");
    return { key, name };
  });

const importOpenApi = async (cli: Cli, file: string, options: ImportOptions): Outcome => {
  if (options.list && options.dryRun) throw usage("Give --list or --dry-run, not both.");
  const text = await readText(cli.io, file);
  const chosen = choices(options.operation);
  if (options.list || options.dryRun) {
    await cli.use(async (api) => {
      const view = await api.tools.readOpenApi({ text });
      const wanted = new Set(chosen?.map(({ key }) => key));
      const shown = view.operations.filter(
        ({ key, problem }) => options.list || (chosen ? wanted.has(key) : problem === null),
      );
      showDocument(cli, view, shown);
    });
    return;
  }
  if (options.baseUrl !== undefined) warnUrl(cli, options.baseUrl);
  const access = await readAccess(cli, options);
  await cli.use(async (api) => {
    const imported = await api.tools.importOpenApi({
      ...access,
      text,
      operations: chosen,
      baseUrl: options.baseUrl,
      allowPrivateNetwork: options.allowPrivateNetwork,
      tags: options.tag,
      profiles: options.profile,
    });
    const names = imported.tools.map(({ name }) => name).join("\n");
    cli.answer(imported, `Made ${plural(imported.tools.length, "tool")}:\n${names}`);
    for (const { key, problem } of imported.skipped) cli.hint(`Left out ${key}: ${problem}`);
  });
};

export const addOpenApiCommand = (tools: Command, act: Act): void => {
  const from = tools.command("import").description("make tools of what describes an API");
  takesNew(
    takesAccess(
      from
        .command("openapi <file>")
        .description("make tools of an OpenAPI 3.0 or 3.1 document, JSON or YAML (- reads it)")
        .option("--list", "show its operations and make nothing")
        .option("--dry-run", "show what would be made and make nothing")
        .option(
          "--operation <KEY>",
          "an operation, as “GET /pets”, or “GET /pets as NAME” (all that can become a tool)",
          repeated,
        )
        .option("--base-url <url>", "where the API is (the first that the document names)"),
    ),
  ).action(act(importOpenApi));
};
