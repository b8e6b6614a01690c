import { type Account, findAccount } from "../../scripts/electron/account.ts";

/** Electron refuses root; the tests then run it as a user without any rights. */
export const testAccount = async (): Promise<Account | null> =>
  process.platform === "linux" && process.getuid?.() === 0 ? findAccount("nobody") : null;
