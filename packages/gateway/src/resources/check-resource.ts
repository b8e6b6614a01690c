import { GatewayError } from "@local-mcp/contract";
import {
  checkContent,
  type columnsOf,
  fileOf,
  invalid,
  type Place,
  type Sources,
} from "./content.ts";
import { refusalOfFile } from "./root-files.ts";
import { isTemplate, readTemplate } from "./uri-template.ts";

/**
 * Refuses a resource that could never be read as it is.
 *
 * @throws GatewayError validation_failed, resource_too_big, resource_outside_root
 */
export async function checkResource(
  row: ReturnType<typeof columnsOf> & { uri: string },
  sources: Sources,
): Promise<void> {
  const template = isTemplate(row.uri) ? readTemplate(row.uri) : null;
  if (typeof template === "string") throw invalid(`uri: ${template}`);
  await checkContent(row, template, sources);
  const outside = fileProblem(row, sources);
  if (outside?.code === "resource_outside_root") throw outside;
}

/** Why a file cannot be read; of a template only what holds for all that it gives. */
export function fileProblem(
  row: Place & { uri: string },
  sources: Pick<Sources, "root" | "dataDir">,
): GatewayError | null {
  if (row.contentKind !== "file") return null;
  try {
    const file = fileOf(isTemplate(row.uri) ? { ...row, path: "." } : row, {}, sources);
    return file && refusalOfFile(file, sources.dataDir);
  } catch (error) {
    if (error instanceof GatewayError) return error;
    throw error;
  }
}
