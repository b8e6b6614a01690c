import { FuseState, FuseV1Options, getCurrentFuseWire } from "@electron/fuses";

const NAMES = [
  "RunAsNode",
  "EnableCookieEncryption",
  "EnableNodeOptionsEnvironmentVariable",
  "EnableNodeCliInspectArguments",
  "EnableEmbeddedAsarIntegrityValidation",
  "OnlyLoadAppFromAsar",
  "LoadBrowserProcessSpecificV8Snapshot",
  "GrantFileProtocolExtraPrivileges",
] as const satisfies readonly (keyof typeof FuseV1Options)[];

export type FuseName = (typeof NAMES)[number];

/**
 * Reads the fuses from the binary of an Electron app.
 * @returns whether each is on, by its name
 */
export const readFuses = async (executable: string): Promise<ReadonlyMap<FuseName, boolean>> => {
  const wire = await getCurrentFuseWire(executable);
  return new Map(NAMES.map((name) => [name, wire[FuseV1Options[name]] === FuseState.ENABLE]));
};
