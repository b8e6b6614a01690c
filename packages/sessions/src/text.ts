import { GatewayError } from "@local-mcp/contract";
import type { z } from "zod";

/** Paths and messages only: the values may be secret. */
const explain = ({ issues }: z.ZodError): string =>
  issues.map(({ path, message }) => [...path, message].join(": ")).join("; ");

/** What a caller gave, as the schema has it. @throws GatewayError `validation_failed` */
export const checked = <T>(schema: z.ZodType<T>, value: unknown): T => {
  const { data, error } = schema.safeParse(value);
  if (error) throw new GatewayError("validation_failed", { detail: `Session: ${explain(error)}` });
  return data;
};

/** What was stored, as the schema has it. @throws GatewayError `database_damaged` */
export const stored = <T>(schema: z.ZodType<T>, value: unknown): T => {
  const { data, error } = schema.safeParse(value);
  if (error) {
    throw new GatewayError("database_damaged", {
      path: "A stored session",
      reason: explain(error),
    });
  }
  return data;
};

/** The value of JSON text; undefined, which no schema here accepts, for any other text. */
export const parse = (text: string): unknown => {
  try {
    return JSON.parse(text);
  } catch {
    // The parser's own message would quote the text.
    return undefined;
  }
};

/** What `read` returns, or undefined where the record that it reads is damaged. */
export const unlessDamaged = <T>(read: () => T): T | undefined => {
  try {
    return read();
  } catch (error) {
    if (isDamage(error)) return undefined;
    throw error;
  }
};

/** Whether a record is damaged, and not only closed to who has no key. */
export const isDamage = (error: unknown): boolean =>
  error instanceof GatewayError && ["database_damaged", "secret_damaged"].includes(error.code);
