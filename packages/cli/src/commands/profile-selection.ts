import type { ProfileUpdate, ProfileView } from "@local-mcp/contract";
import type { Command } from "commander";
import { usage } from "../forms.ts";

/** One that a profile is to have, or not to have any more. */
interface Choice {
  name: string;
  isIn: boolean;
}

/** Of the gateway's own, in the order given. */
export interface SelectionOptions {
  tool?: Choice[];
  prompt?: Choice[];
  resource?: Choice[];
  root?: Choice[];
}

const KINDS = [
  ["tool", "tools", "name"],
  ["prompt", "prompts", "name"],
  ["resource", "resources", "uri"],
  ["root", "roots", "uri"],
] as const;

const chosen =
  (isIn: boolean) =>
  (name: string, before: Choice[] = []): Choice[] => [...before, { name, isIn }];

/** Both forms of an option are kept under the name of the first. */
export const takesSelection = (command: Command): Command =>
  KINDS.reduce(
    (taking, [kind, , word]) =>
      taking
        .option(`--${kind} <${word}>`, `show a ${kind} of the gateway's own`, chosen(true))
        .option(`--no-${kind} <${word}>`, `take a ${kind} of the gateway's own out`, chosen(false)),
    command,
  );

export const isSelecting = (options: SelectionOptions): boolean =>
  KINDS.some(([kind]) => options[kind] !== undefined);

/** The whole lists that the options come to. @throws GatewayError usage */
export const selectionOf = (
  profile: Pick<ProfileView, "slug" | "tools" | "prompts" | "resources" | "roots">,
  options: SelectionOptions,
): ProfileUpdate =>
  Object.fromEntries(
    KINDS.flatMap(([kind, list]) => {
      const choices = options[kind];
      if (choices === undefined) return [];
      const have = profile[list].map((one) => ({
        id: one.id,
        name: "uri" in one ? one.uri : one.name,
      }));
      return [[list, afterChoices(have, choices, { kind, slug: profile.slug })]];
    }),
  );

function afterChoices(
  have: readonly { id: string; name: string }[],
  choices: readonly Choice[],
  { kind, slug }: { kind: string; slug: string },
): string[] {
  let names = have.map(({ name }) => name);
  for (const { name: given, isIn } of choices) {
    const name = have.find(({ id }) => id === given)?.name ?? given;
    const isThere = names.includes(name);
    if (!isIn && !isThere) {
      const has = names.length === 0 ? "it has none" : `it has ${names.join(", ")}`;
      throw usage(`“${slug}” has no ${kind} “${given}” of the gateway's own: ${has}.`);
    }
    if (isIn && !isThere) names.push(name);
    if (!isIn) names = names.filter((one) => one !== name);
  }
  return names;
}
