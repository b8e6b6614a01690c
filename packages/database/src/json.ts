import { GatewayError } from "@local-mcp/contract";
import { customType, type SQLiteColumn } from "drizzle-orm/sqlite-core";
import { z } from "zod";

/** Paths and messages of a zod error. Values are left out: a column may hold private text. */
const explain = (error: z.ZodError): string =>
  error.issues.map(({ path, message }) => [...path, message].join(": ")).join("; ");

const parseText = (text: string): unknown => {
  try {
    return JSON.parse(text);
  } catch {
    // The parser's own message quotes the text.
    return undefined;
  }
};

/**
 * A TEXT column that holds JSON of one zod schema: checked when written (`validation_failed`), and
 * parsed when read (`database_damaged`), so a row in hand is always of the type it claims.
 */
export const json = <Schema extends z.ZodType>(name: string, schema: Schema) =>
  customType<{
    data: z.output<Schema>;
    driverData: string;
    config: { schema: Schema };
    configRequired: true;
  }>({
    dataType: () => "text",
    toDriver(value) {
      const { data, error } = schema.safeParse(value);
      if (error) {
        throw new GatewayError("validation_failed", { detail: `${name}: ${explain(error)}` });
      }
      return JSON.stringify(data);
    },
    fromDriver(text) {
      const { data, error } = schema.safeParse(parseText(text));
      if (error) {
        throw new GatewayError("database_damaged", {
          path: `The stored “${name}”`,
          reason: explain(error),
        });
      }
      return data;
    },
  })(name, { schema });

const withSchema = z.object({ fieldConfig: z.object({ schema: z.instanceof(z.ZodType) }) });

/** The schema of a column that {@link json} made, for whoever has to make up a value; else null. */
export const jsonSchemaOf = (column: SQLiteColumn): z.ZodType | null =>
  withSchema.safeParse(column["config"]).data?.fieldConfig.schema ?? null;
