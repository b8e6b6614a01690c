import { type CapabilityKind, GatewayError } from "@local-mcp/contract";

/** @throws GatewayError validation_failed where more than on and off was chosen of what is no tool */
export function refuseTexts(
  kind: CapabilityKind,
  {
    name,
    description,
  }: { name?: string | null | undefined; description?: string | null | undefined },
): void {
  if (kind === "tool" || (name == null && description == null)) return;
  throw new GatewayError("validation_failed", {
    detail: "Only tools can be renamed or described; prompts and resources are turned on or off.",
  });
}

/** A tool and the name that it is to have for the clients of a profile. */
export interface NamedTool {
  name: string;
  /** Name of its server. */
  server: string;
}

/** A name in a profile is that of one tool. @throws GatewayError exposed_name_taken */
export function refuseSameNames(profile: string, tools: Iterable<NamedTool>): void {
  const holders = new Map<string, string>();
  for (const { name, server } of tools) {
    const holder = holders.get(name);
    if (holder !== undefined) {
      throw new GatewayError("exposed_name_taken", { profile, kind: "tool", name, server: holder });
    }
    holders.set(name, server);
  }
}
