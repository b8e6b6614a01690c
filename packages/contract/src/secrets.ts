import { z } from "zod";
import { noSecret } from "./secret-fields.ts";

/**
 * What anyone is ever shown of a secret: whether it is set, and the last four characters of a value
 * long enough (20 or more) for them to give nothing away. One that is not set was forgotten with the
 * vault's keys and waits to be entered again.
 */
export const secretInfo = z.object({
  set: z.boolean(),
  hint: noSecret(z.string().max(4)).nullable(),
});
export type SecretInfo = z.infer<typeof secretInfo>;

/** Writing a secret: absent keeps it, null clears it, a value sets it. */
export const secretWrite = z.string().nullable().optional();

/** The name in a `${secret:name}` mark. */
export const secretName = z
  .string()
  .regex(/^[A-Za-z0-9_.-]{1,100}$/, "A secret's name has 1 to 100 of A-Z, a-z, 0-9, _, . and -.");

/** Finds `${secret:name}` marks; group 1 is the name. */
export const SECRET_MARK = /\$\{secret:([A-Za-z0-9_.-]{1,100})\}/g;
