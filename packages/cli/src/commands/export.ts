import { join } from "node:path";
import {
  exportFormat,
  type ExportFormat,
  type ExportOptions,
  type ExportResult,
  GatewayError,
  type TransferKind,
  type TransferSelection,
} from "@local-mcp/contract";
import type { Command } from "commander";
import type { Act, Cli, Outcome } from "../cli.ts";
import type { Api } from "../connect.ts";
import { toGatewayError } from "../errors.ts";
import { oneOf, usage } from "../forms.ts";
import { loadGateway } from "../load-gateway.ts";
import { quoted } from "../output.ts";
import { environmentSecret, readSecret } from "../values.ts";
import { unlessMissing } from "./ask-when-missing.ts";
import { putFile, refuseOverwrite, targetOf } from "./export-file.ts";
import { estimateText, exportText } from "./export-views.ts";
import { waiting } from "./progress.ts";
import {
  at,
  labels,
  refuseContradiction,
  selection,
  tags,
  TYPE_WORDS,
  types,
} from "./transfer-options.ts";
import { askNewPassphrase } from "./vault-keys.ts";

interface Options {
  out?: string;
  types?: TransferKind[];
  excludeTypes?: TransferKind[];
  tags?: string[];
  filter?: string[];
  includeInactive?: boolean;
  dependencies: boolean;
  include?: TransferSelection;
  secrets: boolean;
  passphraseFile?: string;
  format: ExportFormat;
  secretsOf?: TransferSelection;
  force?: boolean;
  estimate?: boolean;
  schema?: boolean;
  verbose?: boolean;
  url?: string;
}

/** What is chosen, without what seals it. */
const wishOf = (options: Options): ExportOptions => {
  const { types: kinds, include, secretsOf, format } = options;
  refuseContradiction(kinds, include);
  if (secretsOf !== undefined && format !== "contextforge") {
    throw usage("--secrets-of belongs to --format contextforge; the other forms have all secrets.");
  }
  if (!options.secrets && (secretsOf ?? options.passphraseFile) !== undefined) {
    throw usage("With --no-secrets there is nothing to seal. Leave one of the two out.");
  }
  return {
    kinds,
    without: options.excludeTypes,
    tags: [...(options.tags ?? []), ...(options.filter ?? [])],
    includeInactive: options.includeInactive,
    dependencies: options.dependencies,
    selection: include,
    format,
    secrets: options.secrets ? "sealed" : "none",
    secretsOf,
  };
};

type Key = Pick<ExportOptions, "passphrase" | "encryptionSecret">;

/** A passphrase stands above the secret of the environment. */
const keyOf = async (cli: Cli, { secrets, passphraseFile }: Options): Promise<Key> => {
  if (!secrets) return {};
  const { io, redactor } = cli;
  const passphrase =
    passphraseFile === undefined
      ? await environmentSecret(io, "EXPORT_PASSPHRASE")
      : await readSecret(io, passphraseFile);
  if (passphrase !== undefined) {
    redactor.know(passphrase);
    return { passphrase };
  }
  const encryptionSecret = await environmentSecret(io, "AUTH_ENCRYPTION_SECRET");
  if (encryptionSecret !== undefined) redactor.know(encryptionSecret);
  return { encryptionSecret };
};

/** Exports with the key that is known, else with a passphrase that a person types twice. */
const sealed = (cli: Cli, api: Api, wish: ExportOptions, key: Key): Promise<ExportResult> => {
  const attempt = (given: Key): Promise<ExportResult> =>
    waiting(cli, "Exporting", () => api.transfer.export({ ...wish, ...given }));
  return unlessMissing(
    cli,
    ["export_secret_missing"],
    () => attempt(key),
    async () => {
      cli.note(
        "Secrets are sealed with a passphrase. Without it nobody can open them, nor can you.",
      );
      return attempt({ passphrase: await askNewPassphrase(cli) });
    },
  );
};

/** The recipe names the file that was to be written. */
const named = (error: unknown, out: string | undefined): GatewayError => {
  const known = toGatewayError(error);
  if (known.code !== "export_nothing" || out === undefined) return known;
  return new GatewayError(known.code, { ...known.params, name: quoted(out) }, { cause: error });
};

const write = async (cli: Cli, options: Options): Outcome => {
  const { out, force = false, verbose = false } = options;
  const wish = wishOf(options);
  const target = targetOf(cli, out);
  // Before anybody is asked for a passphrase.
  if (target.to === "file" && target.path !== null) await refuseOverwrite(target.path, force);
  const key = await keyOf(cli, options);
  await at(cli, options.url).use(async (api) => {
    const result = await sealed(cli, api, wish, key).catch((error: unknown) => {
      throw named(error, out);
    });
    const { text, warnings, ...told } = result;
    if (target.to === "stdout") {
      cli.io.stdout.write(text);
      if (verbose) cli.note(exportText(result, { path: null, verbose }));
    } else {
      const path = target.path ?? join(cli.io.cwd, result.name);
      if (target.path === null) await refuseOverwrite(path, force);
      await putFile(path, text);
      const document = { ...told, warnings, file: path, bytes: Buffer.byteLength(text) };
      cli.answer(document, exportText(result, { path, verbose }));
    }
    for (const warning of warnings) cli.warn(warning);
  });
};

const estimate = (cli: Cli, options: Options): Outcome =>
  at(cli, options.url).use(async (api) => {
    const found = await api.transfer.estimate(wishOf(options));
    cli.answer(found, estimateText(found));
  });

const schema = async (cli: Cli): Outcome => {
  const { exportFileSchema } = await loadGateway(cli.options, cli.io.env);
  const described = exportFileSchema();
  cli.answer(described, JSON.stringify(described, null, 2));
};

const EXAMPLES = `
Examples:
  local-mcp-gateway export --out backup-$(date +%F).json
  local-mcp-gateway export --types tools --tags production --out prod-tools.json
  local-mcp-gateway export --include "tools:weather_api,translate;servers:ai-server" --out some.json
  local-mcp-gateway export --include 'resources:"note:a,b",file:///c' --no-secrets --out -
`;

export const addExportCommand = (program: Command, act: Act): void => {
  program
    .command("export")
    .description(
      "write what is configured into a file that import reads; secrets in it are sealed with a passphrase or AUTH_ENCRYPTION_SECRET",
    )
    .option(
      "-o, --out <file>",
      "the file, “-” is standard output; one that is an export is replaced (standard output where that is no terminal, else a file with the date)",
    )
    .option("--types <types>", `only these of ${TYPE_WORDS}`, types("--types"))
    .option("--exclude-types <types>", "all but these", types("--exclude-types"))
    .option("--tags <a,b>", "only what has one of these tags", tags)
    .option("--filter <label=x>", "the same as --tags x", labels)
    .option("--include-inactive", "also what is turned off")
    .option("--no-dependencies", "not what the chosen servers need")
    .option(
      "--include <selection>",
      "only what is named, by name or id, as “tools:a,b;servers:c”; \\ or quotes for names with commas",
      selection("--include"),
    )
    .option("--no-secrets", "leave every secret out")
    .option(
      "--passphrase-file <file>",
      "seal with the passphrase in this file, “-” reads it (EXPORT_PASSPHRASE, else AUTH_ENCRYPTION_SECRET)",
    )
    .option(
      "--format <form>",
      `${exportFormat.options.join(", ")}: flat has its lists at the top, as early scripts want it`,
      oneOf("--format", exportFormat.options),
      "gateway",
    )
    .option(
      "--secrets-of <selection>",
      "for contextforge, whose key is weak: whose secrets are in the file",
      selection("--secrets-of"),
    )
    .option("--force", "replace a file that is no export")
    .option("--estimate", "say what would be in it, and write nothing")
    .option("--schema", "print the JSON schema of such files")
    .option("-v, --verbose", "also say what came along, and what is not in the file")
    .option("--url <url>", "the gateway, as --gateway")
    .addHelpText("after", EXAMPLES)
    .action(
      act((cli: Cli, options: Options) => {
        if (options.schema) return schema(cli);
        return options.estimate ? estimate(cli, options) : write(cli, options);
      }),
    );
};
