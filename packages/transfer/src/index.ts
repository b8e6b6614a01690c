export { canonical } from "./canonical.ts";
export * from "./entity.ts";
export { isContextForge, readContextForge } from "./foreign/contextforge/read.ts";
export { type ContextForgeExport, writeContextForge } from "./foreign/contextforge/write.ts";
export { withMarks } from "./marks.ts";
export { fillPlaceholders, type Here, toPortable } from "./placeholders.ts";
export { pointerTo } from "./pointer.ts";
export { exportFileSchema } from "./file/schema.ts";
export { createFileSeal } from "./file/seal.ts";
export { writeFile, type WriteInput, type WrittenFile } from "./file/write.ts";
export { secretsOf, type SecretAt } from "./secrets.ts";
export type * from "./types.ts";
export { execute } from "./plan/execute.ts";
export { makePlan } from "./plan/make-plan.ts";
export {
  availableIn,
  countsOf,
  NOT_INCLUDED,
  secretPlaces,
  secretValues,
} from "./export/estimate.ts";
export { kindsInFile, optionsInFile } from "./export/options.ts";
export { allOf, type ExportSelection, kindsOf, selectForExport } from "./export/select.ts";
export {
  gatewayChanges,
  gatewayFromSeed,
  gatewayToSeed,
  seedGateway,
  seedGatewayWrite,
} from "./mapping/gateways.ts";
export {
  promptChanges,
  promptFromSeed,
  promptToSeed,
  seedPrompt,
  seedPromptWrite,
} from "./mapping/prompts.ts";
export {
  resourceChanges,
  resourceFromSeed,
  resourceToSeed,
  seedResource,
  seedResourceWrite,
} from "./mapping/resources.ts";
export { rootChanges, rootFromSeed, rootToSeed, seedRoot, seedRootWrite } from "./mapping/roots.ts";
export {
  seedServer,
  seedServerWrite,
  serverChanges,
  serverFromSeed,
  serverToSeed,
} from "./mapping/servers.ts";
export { seedTool, seedToolWrite, toolChanges, toolFromSeed, toolToSeed } from "./mapping/tools.ts";
export { parseImport, type ParseOptions, refuseBackup } from "./read/parse-import.ts";
