import dns, { type LookupAddress } from "node:dns";
import { syncBuiltinESMExports } from "node:module";
import { isIP } from "node:net";
import { afterAll, beforeAll, vi } from "vitest";

/** In the tests of a file this computer's resolver answers any name with what `addresses` says. */
export function resolveTo(addresses: () => string[]): void {
  beforeAll(() => {
    const real = dns.lookup;
    const lookup = (name: string, ...rest: unknown[]): void => {
      // Node asks also for the address that a server listens at.
      if (isIP(name) > 0) return void Reflect.apply(real, dns, [name, ...rest]);
      const found: LookupAddress[] = addresses().map((address) => ({
        address,
        family: address.includes(":") ? 6 : 4,
      }));
      const answer = rest.at(-1);
      if (typeof answer === "function") answer(null, found);
    };
    vi.spyOn(dns, "lookup").mockImplementation(lookup);
    syncBuiltinESMExports();
  });
  afterAll(() => {
    vi.mocked(dns.lookup).mockRestore();
    syncBuiltinESMExports();
  });
}
