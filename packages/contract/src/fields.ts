import {
  type AnyContractRouter,
  type AnySchema,
  getEventIteratorSchemaDetails,
  isContractProcedure,
} from "@orpc/contract";
import { z } from "zod";
import { type Passage, passageOf } from "./secret-fields.ts";

/** A value somewhere in an input or output that has no fields of its own. */
export interface Field {
  /** `config.env.*.value`: a `*` stands for the name in a record and the place in a list. */
  path: string;
  schema: z.core.$ZodType;
  passage: Passage | null;
}

/** A field of a procedure, called `servers.create` for example. */
export interface ProcedureField extends Field {
  procedure: string;
  side: "input" | "output";
}

const wraps = (schema: z.core.$ZodType) =>
  schema instanceof z.ZodOptional ||
  schema instanceof z.ZodNullable ||
  schema instanceof z.ZodDefault ||
  schema instanceof z.ZodPrefault ||
  schema instanceof z.ZodCatch ||
  schema instanceof z.ZodNonOptional ||
  schema instanceof z.ZodReadonly
    ? schema.def.innerType
    : null;

/** The schemas that a schema is made of, each with what it adds to the path; null for a field. */
const partsOf = (schema: z.core.$ZodType): [name: string, part: z.core.$ZodType][] | null => {
  const inner = wraps(schema);
  if (inner !== null) return [["", inner]];
  if (schema instanceof z.ZodObject) {
    const { shape, catchall } = schema.def;
    const parts = Object.entries<z.core.$ZodType>(shape);
    return catchall === undefined || catchall instanceof z.ZodNever
      ? parts
      : [...parts, ["*", catchall]];
  }
  if (schema instanceof z.ZodArray) return [["*", schema.element]];
  if (schema instanceof z.ZodRecord) return [["*", schema.valueType]];
  if (schema instanceof z.ZodUnion) return schema.options.map((option) => ["", option]);
  if (schema instanceof z.ZodPipe) {
    // What a transformation makes has no schema of its own.
    return [schema.in, schema.out]
      .filter((part) => !(part instanceof z.ZodTransform))
      .map((part) => ["", part]);
  }
  return null;
};

/** Every field of a schema, of each branch of its unions. */
export const fieldsOf = (
  schema: z.core.$ZodType,
  path = "",
  outer: Passage | null = null,
): Field[] => {
  const passage = passageOf(schema) ?? outer;
  const parts = partsOf(schema);
  if (parts === null) return [{ path, schema, passage }];
  return parts.flatMap(([name, part]) =>
    fieldsOf(part, [path, name].filter((word) => word !== "").join("."), passage),
  );
};

/** A stream has the fields of what it yields. */
const schemasOf = (schema: AnySchema | undefined): z.ZodType[] => {
  const streamed = getEventIteratorSchemaDetails(schema);
  const schemas = streamed === undefined ? [schema] : [streamed.yields, streamed.returns];
  return schemas.filter((one) => one instanceof z.ZodType);
};

/** Every field that goes into or comes out of a contract. */
export const contractFields = (router: AnyContractRouter, name = ""): ProcedureField[] => {
  if (!isContractProcedure(router)) {
    return Object.entries(router).flatMap(([part, inner]) =>
      contractFields(inner, name === "" ? part : `${name}.${part}`),
    );
  }
  const { inputSchema, outputSchema } = router["~orpc"];
  const sides = { input: inputSchema, output: outputSchema } as const;
  return (["input", "output"] as const).flatMap((side) =>
    schemasOf(sides[side])
      .flatMap((schema) => fieldsOf(schema))
      .map((field) => ({ procedure: name, side, ...field })),
  );
};

/** Where the secrets of a procedure are, on its way in or out. */
export const secretPathsOf = (
  router: AnyContractRouter,
  procedure: string,
  side: ProcedureField["side"],
): string[] => {
  const paths = contractFields(router)
    .filter((field) => field.procedure === procedure && field.side === side)
    .filter(({ passage }) => passage === "in" || passage === "once")
    .map(({ path }) => path);
  return [...new Set(paths)];
};
