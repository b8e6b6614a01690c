/** `demo.ts`, started as often as tests do. */
import "../../fixtures/compile-cache.mjs";

await import("./demo.ts");
