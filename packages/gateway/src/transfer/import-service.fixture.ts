import { ImportService, type ImportServiceOptions } from "./import-service.ts";
import type { transferStage } from "./store/stage.fixture.ts";

/** What was logged as an error. */
export const said: string[] = [];

export type Stage = ReturnType<typeof transferStage>;

/** Imports over a real database; the backup is what a test makes of it. */
export function startImports(
  stage: Stage,
  { backup = () => {}, ...more }: { backup?: () => void } & Partial<ImportServiceOptions> = {},
): ImportService {
  return new ImportService({
    ...stage,
    configuration: { secret: () => null },
    vaultService: { openWith: async () => {} },
    backups: {
      job: null,
      files: { hasCopy: () => true },
      beforeImport: async (signal) => {
        backup();
        signal.throwIfAborted();
        return { id: "before-import" };
      },
    },
    recognition: { home: "/home/ada", isOurselves: () => false },
    here: { home: "/home/ada", env: {} },
    runtimes: { variables: {} },
    onImported: () => {},
    onChange: () => {},
    log: { info: () => {}, warn: () => {}, error: (_, about) => said.push(String(about?.error)) },
    ...more,
  });
}
