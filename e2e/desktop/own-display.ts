/**
 * Gives each worker a display of its own: on a shared one a window that another test opens takes
 * the focus and the pointer away.
 */
const displays = process.env["E2E_DISPLAYS"]?.split(",") ?? [];
const own = displays[(Number(process.env["VITEST_POOL_ID"]) - 1) % displays.length];
if (own !== undefined) process.env["DISPLAY"] = own;
