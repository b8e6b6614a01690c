import { type ExportEstimate, type KindCounts, transferKind } from "@local-mcp/contract";
import { type AnyEntity, type Configuration, keyOf, titleOf } from "../entity.ts";
import { secretsOf } from "../secrets.ts";
import { allOf } from "./select.ts";

/** What no export holds, and how it is kept all the same. */
export const NOT_INCLUDED: ExportEstimate["notIncluded"] = [
  {
    what: "Access tokens: whom this gateway lets in.",
    how: "Make new ones where it is imported; a backup keeps them.",
  },
  {
    what: "Sign-ins at servers.",
    how: "Sign in again where it is imported; a backup keeps them.",
  },
  {
    what: "The consent to commands.",
    how: "Whoever imports it reads each command and lets it run.",
  },
  {
    what: "What servers offer themselves.",
    how: "It is listed anew once they are connected.",
  },
  {
    what: "Names that tools got because two servers use the same.",
    how: "They are given anew where it is imported; names that you chose are in the file.",
  },
  {
    what: "Files that resources are read from, and folders of roots.",
    how: "Copy them; the export has their paths.",
  },
  {
    what: "Settings, the .env file and certificate files.",
    how: "“settings list --json” shows the first; a backup keeps all of them.",
  },
  {
    what: "Metrics, the audit log and debug logs.",
    how: "A backup keeps them, debug logs where it is told to.",
  },
  { what: "Backups.", how: "They are files of their own; copy them." },
];

/** What there is of each kind. */
export const countsOf = ({
  root,
  server,
  tool,
  resource,
  profile,
  prompt,
}: Configuration): KindCounts => ({
  root: root.length,
  server: server.length,
  tool: tool.length,
  resource: resource.length,
  profile: profile.length,
  prompt: prompt.length,
});

/** Places for a secret, whether or not its value is at hand. */
export const secretPlaces = (configuration: Configuration): number =>
  allOf(configuration).reduce((sum, entity) => sum + secretsOf(entity).length, 0);

/** Secrets whose values are at hand. */
export const secretValues = (configuration: Configuration): number =>
  allOf(configuration).reduce((sum, entity) => sum + valuesIn(entity), 0);

const valuesIn = (entity: AnyEntity): number =>
  secretsOf(entity).filter(({ place }) => !entity.withheld.includes(place)).length;

/** What there is to choose from, and what of it is chosen. */
export function availableIn(
  configuration: Configuration,
  chosen: Configuration,
): ExportEstimate["available"] {
  const isChosen = new Set<AnyEntity>(allOf(chosen));
  return transferKind.options.flatMap((kind) =>
    configuration[kind].map((entity: AnyEntity) => ({
      kind,
      name: keyOf(entity),
      title: titleOf(entity),
      tags: entity.fields.tags,
      enabled: entity.fields.enabled,
      chosen: isChosen.has(entity),
    })),
  );
}
