/** What differs between two texts or two definitions, for whoever shows it to a person. */
export * from "./changed-parts.ts";
export * from "./invisible.ts";
export * from "./line-diff.ts";
export * from "./sequence-diff.ts";
export * from "./word-diff.ts";
