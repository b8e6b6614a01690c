import type { ErrorEntry } from "./entry.ts";

/** Export and import of what is configured. */
export const TRANSFER_ERRORS = {
  export_secret_missing: {
    http: 422,
    jsonRpc: -32602,
    exit: 6,
    sentence: "There are {count} secrets to export, and nothing to seal them with.",
    wayOut:
      "Give a passphrase with --passphrase-file FILE, set AUTH_ENCRYPTION_SECRET, or leave them out with --no-secrets.",
  },
  export_nothing: {
    http: 422,
    jsonRpc: -32602,
    exit: 3,
    sentence: "No entities found to export.",
    wayOut:
      "What is turned off is only exported with --include-inactive; {tags}look at what there is: “local-mcp-gateway export --include-inactive{types} --out {name}”.",
  },
  export_empty: {
    http: 422,
    jsonRpc: -32602,
    exit: 3,
    sentence: "No entities found to export: nothing is configured here yet.",
    wayOut:
      "Add a server with “local-mcp-gateway servers add”, or bring in a file with “local-mcp-gateway import FILE”.",
  },
  export_unknown: {
    http: 422,
    jsonRpc: -32602,
    exit: 3,
    sentence: "There is no {names} to export.",
    wayOut:
      "Name it as “local-mcp-gateway {kind}s list” shows it, in quotes where it has a comma or a semicolon; nothing was written.",
  },
  export_file_exists: {
    http: 409,
    jsonRpc: -32603,
    exit: 4,
    sentence: "{path} is there already, and is no export.",
    wayOut: "Choose another name, or replace it with --force; nothing was written.",
  },
  import_unreadable: {
    http: 400,
    jsonRpc: -32602,
    exit: 3,
    sentence: "“{name}” cannot be read: {detail}.",
    wayOut:
      "Check that the file is whole, or export it again where it comes from; nothing was changed.",
  },
  import_too_big: {
    http: 413,
    jsonRpc: -32602,
    exit: 3,
    sentence: "“{name}” is over {limit}, which is the most that can be imported at once.",
    wayOut: "Export less at once with --types or --tags where it comes from; nothing was changed.",
  },
  import_unknown_format: {
    http: 422,
    jsonRpc: -32602,
    exit: 3,
    sentence: "“{name}” is no configuration that can be imported.",
    wayOut:
      "Exports of this program and of ContextForge are read, and the files of MCP clients; nothing was changed.",
  },
  import_is_backup: {
    http: 422,
    jsonRpc: -32602,
    exit: 3,
    sentence: "“{name}” is a backup, and no export.",
    wayOut:
      "A backup takes the place of everything: “local-mcp-gateway backup restore {name}”. Nothing was changed.",
  },
  import_newer: {
    http: 422,
    jsonRpc: -32602,
    exit: 3,
    sentence: "“{name}” was exported by a newer version (format {found}, this one reads {known}).",
    wayOut: "Update Local MCP Gateway, then import it; nothing was changed.",
  },
  import_nothing: {
    http: 422,
    jsonRpc: -32602,
    exit: 3,
    sentence: "No entities found in “{name}”.",
    wayOut:
      "Export it again where it comes from; what is turned off there is only exported with --include-inactive. Nothing was changed.",
  },
  import_unknown: {
    http: 422,
    jsonRpc: -32602,
    exit: 3,
    sentence: "“{name}” has no {kind} “{entity}”.",
    wayOut:
      "“local-mcp-gateway import {name} --dry-run --verbose” shows what is in it; nothing was changed.",
  },
  import_secret_needed: {
    http: 422,
    jsonRpc: -32602,
    exit: 6,
    sentence: "“{name}” has {count} sealed secrets, and nothing was given that opens them.",
    wayOut:
      'They were sealed with {with}. Give it with --source-secret-file FILE, SOURCE_ENCRYPTION_SECRET or --passphrase-file FILE, over HTTP as source_secret or passphrase; or leave them out with --no-secrets, over HTTP "secrets": "leave". A token with the right “processes” may use the AUTH_ENCRYPTION_SECRET of here.',
  },
  import_secret_wrong: {
    http: 422,
    jsonRpc: -32602,
    exit: 6,
    sentence: "Invalid authentication data: what was given does not open the secrets of “{name}”.",
    wayOut:
      "They were sealed with {with}: “local-mcp-gateway import {name} {option} FILE”, or leave them out with --no-secrets. Nothing was changed.",
  },
  import_secrets_swapped: {
    http: 422,
    jsonRpc: -32602,
    exit: 6,
    sentence:
      "The secret that was given as the one of here opens “{name}”: it is the one of where the file was made.",
    wayOut:
      "Give it as “local-mcp-gateway import {name} --source-secret-file FILE”. What is stored is sealed with the AUTH_ENCRYPTION_SECRET of this gateway. Nothing was changed.",
  },
  import_invalid: {
    http: 422,
    jsonRpc: -32602,
    exit: 3,
    sentence: "Nothing was imported: {count} of {total} entries of “{name}” have errors. {first}",
    wayOut: "“local-mcp-gateway import {name} --dry-run --verbose” shows all of them.",
  },
  import_malformed: {
    http: 422,
    jsonRpc: -32602,
    exit: 3,
    sentence: "Nothing was imported: “{name}” has errors outside of its entries. {first}",
    wayOut: "“local-mcp-gateway import {name} --dry-run --verbose” shows all of them.",
  },
  import_conflicts: {
    http: 409,
    jsonRpc: -32602,
    exit: 4,
    sentence:
      "Nothing was imported: {count} of {total} entries of “{name}” are there already. {first}",
    wayOut:
      "Choose what becomes of them: “local-mcp-gateway import {name} --conflict-strategy update” (or skip, or rename); --dry-run shows it first.",
  },
  import_changed: {
    http: 409,
    jsonRpc: -32602,
    exit: 4,
    sentence: "What is configured, or the file, has changed since the plan was made.",
    wayOut: "Look at the plan once more, then import it; nothing was changed.",
  },
  import_busy: {
    http: 423,
    jsonRpc: -32603,
    exit: 7,
    sentence: "Another import is under way.",
    wayOut: "Wait until it is done, or cancel it.",
  },
  import_cancelled: {
    http: 409,
    jsonRpc: -32603,
    exit: 130,
    sentence: "The import was cancelled. Nothing was changed.",
    wayOut: "Nothing has to be cleaned up.",
  },
  import_not_cancellable: {
    http: 409,
    jsonRpc: -32603,
    exit: 4,
    sentence: "The import cannot be cancelled any more.",
    wayOut: "Wait until it is done. It can be undone afterwards.",
  },
  import_not_found: {
    http: 404,
    jsonRpc: -32603,
    exit: 1,
    sentence: "There is no import “{job}”.",
    wayOut: "GET /import/status shows those there are.",
  },
  import_interrupted: {
    http: 500,
    jsonRpc: -32603,
    exit: 1,
    sentence: "The gateway ended before the import was written. Nothing was changed.",
    wayOut: "Import the file again.",
  },
} as const satisfies Record<string, ErrorEntry>;
