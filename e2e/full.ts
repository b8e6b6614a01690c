/**
 * Whether tests take their full form (E2E_FULL=1): every state of the app in every look, every store,
 * every earlier build. Without it each rule is still tried, with one of those that share its code.
 */
export const isFull = process.env["E2E_FULL"] === "1";
