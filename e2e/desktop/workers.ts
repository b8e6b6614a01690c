/**
 * How many test files of the app run at once. Each starts an Electron, and mostly waits for it: two
 * of them take less than one core.
 */
export const WORKERS = 5;
