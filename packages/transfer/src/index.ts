export const SEED_VERSION = "2025-03-26";
