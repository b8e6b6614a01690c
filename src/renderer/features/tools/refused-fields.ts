import { openApiImport, toolUpdate } from "@local-mcp/contract";
import { problemOf } from "../../app/problem.ts";
import { fieldProblems, type FieldProblems } from "../local/field-problems.ts";

const FIELDS = [...Object.keys(toolUpdate.shape), ...Object.keys(openApiImport.shape)];

/**
 * What the gateway refused of a tool, by the path to it. An address that only asks for permission is
 * a matter of the switch that gives it. Null where no field is meant.
 */
export function refusedFields(error: unknown, mayReachPrivate: boolean): FieldProblems | null {
  const { code, message, wayOut } = problemOf(error);
  if (code !== "tool_address_blocked") return fieldProblems(error, FIELDS);
  return mayReachPrivate
    ? { url: `${message} ${wayOut}` }
    : { allowPrivateNetwork: `${message} Allow it here if that is meant.` };
}
