import { createHash, timingSafeEqual } from "node:crypto";
import { ALL_RIGHTS, type Principal } from "./principal.ts";

const digest = (value: string | Buffer): Buffer => createHash("sha256").update(value).digest();

/** Whether a text is the secret, without telling by the time it takes how much of it is right. */
export class SecretText {
  readonly #digest: Buffer;

  constructor(secret: string) {
    this.#digest = digest(secret);
  }

  matches(given: string | Buffer): boolean {
    return timingSafeEqual(digest(given), this.#digest);
  }
}

/** One user with a password, from the environment (RFC 7617). */
export class BasicCredentials {
  readonly #pair: SecretText;
  readonly #principal: Principal;

  constructor({ user, password }: { user: string; password: string }) {
    this.#pair = new SecretText(`${user}:${password}`);
    this.#principal = {
      kind: "token",
      tokenId: null,
      name: `basic:${user}`,
      profileId: null,
      rights: ALL_RIGHTS,
      expiresAt: null,
    };
  }

  /** @param credentials base64 of `user:password`. @returns null where they are not right */
  verify(credentials: string): Principal | null {
    return this.#pair.matches(Buffer.from(credentials, "base64")) ? this.#principal : null;
  }
}
