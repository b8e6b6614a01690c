import { generateKeyPairSync } from "node:crypto";
import { afterEach, beforeEach, describe, expect, test } from "vitest";
import { Place } from "../test-kit.ts";

let place: Place;
beforeEach(() => {
  place = new Place();
});
afterEach(() => place.remove());

const env = { AUTH_ENCRYPTION_SECRET: "a secret of the tests, long enough" };
const URL = ["--url", "http://127.0.0.1:9/mcp"];
const add = (...words: string[]) => place.run(["servers", "add", "web", ...URL, ...words], { env });
const edit = (...words: string[]) => place.run(["servers", "edit", "web", ...words], { env });
const signIn = async () => {
  const shown = await place.run(["servers", "show", "web", "--json"]);
  const { config } = JSON.parse(shown.out);
  return config.signIn;
};

describe("how a server is signed in to", { timeout: 30_000 }, () => {
  test("is said with the server, and shown where it differs from the usual", async () => {
    await add();
    expect((await place.run(["servers", "show", "web"])).out).not.toContain("Sign-in options");
    await place.run(["servers", "remove", "web"]);

    const secret = place.write("secret", "a-secret-of-a-client-9f4e\n");
    const { privateKey } = generateKeyPairSync("ed25519");
    const pem = privateKey.export({ type: "pkcs8", format: "pem" }).toString();
    const words = ["--sign-in", "client-credentials", "--client-id", "id-1"];
    const more = ["--issuer", "https://login.test", "--scope", "a b", "--scope", "c"];
    const rest = ["--parameter", "audience=${secret:who}=x", "--redirect-port", "8080"];
    const key = ["--private-key-file", place.write("key.pem", pem)];
    const ran = await add(
      ...words,
      ...more,
      ...rest,
      ...key,
      "--client-secret-file",
      secret,
      "--client-metadata-url",
      "https://me.test/client.json",
    );
    expect(ran.exit).toBe(0);
    const { out } = await place.run(["servers", "show", "web"]);
    const lines = out.slice(out.indexOf("Sign-in options")).split("\n", 9);
    expect(lines.map((line) => line.replace(/^(?:Sign-in options)? +/, ""))).toEqual([
      "Who: The gateway itself, with a client's credentials",
      "Client id: id-1",
      "Client secret: Stored · ends in 9f4e",
      "Private key: Stored",
      "Client metadata: https://me.test/client.json",
      "Authorization server: https://login.test",
      "Scopes: a b c",
      "Parameter audience: ${secret:who}=x",
      "Redirect port: 8080",
    ]);
    expect(ran.out + ran.err + out).not.toMatch(/a-secret-of|PRIVATE KEY/);
  });

  test("is edited part by part, and taken back", async () => {
    await add("--client-id", "id-1", "--issuer", "https://login.test", "--parameter", "a=b");
    await place.run(["servers", "edit", "web", "--client-secret-stdin"], { env, input: "hush\n" });
    await edit("--client-id", "id-2", "--parameter", "c=d", "--unset-parameter", "a");
    expect(await signIn()).toMatchObject({
      clientId: "id-2",
      clientSecret: { set: true },
      issuer: "https://login.test",
      parameters: { c: "d" },
    });
    await edit("--unset-sign-in", "issuer", "--keep-secrets", "--unset-sign-in", "client-id");
    expect(await signIn()).toMatchObject({ clientId: null, issuer: null, parameters: { c: "d" } });
    expect((await edit("--unset-sign-in", "all")).exit).toBe(0);
    expect(await signIn()).toMatchObject({ clientSecret: null, parameters: {} });
  });

  test("asks for the secret of a client, and takes none from the command line", async () => {
    await add("--client-id", "id-1");
    const words = ["servers", "edit", "web", "--client-secret"];
    const asked = await place.run(words, { env, terminal: true, input: "typed-value" });
    expect(asked).toMatchObject({ exit: 0, err: expect.stringContaining("Client secret: ") });
    expect(await signIn()).toMatchObject({ clientSecret: { set: true } });
    for (const typed of [["hush-hush"], ["--", "hush-hush"]]) {
      const ran = await edit("--client-secret", ...typed);
      expect(ran).toMatchObject({
        exit: 2,
        err: expect.stringContaining("asks for the secret and takes none from"),
      });
      expect(ran.err).not.toContain("hush");
    }
    expect((await edit("--client-secret=hush-hush")).err).not.toContain("hush");
    expect(await edit("--client-secret")).toMatchObject({
      exit: 2,
      err: expect.stringContaining("asks on a terminal; use --client-secret-file or"),
    });
    expect(await place.json(["servers", "show", "web"])).toMatchObject({
      config: { transport: "http" },
    });
  });

  const refused: [string[], number, string][] = [
    [["--sign-in", "client"], 2, "--sign-in takes person, client-credentials or off"],
    [["--redirect-port", "80"], 2, "--redirect-port takes a whole number from 1024 to 65535"],
    [["--parameter", "a"], 2, "--parameter takes NAME=VALUE."],
    [["--parameter", "state=a"], 3, "The sign-in sets this parameter itself."],
    [["--scope", 'a"'], 3, "A scope has no spaces, quotes or backslashes."],
    [["--client-metadata-url", "https://me.test"], 3, "with https:// and a path"],
    [["--issuer", "https://169.254.169.254"], 3, "169.254.169.254"],
    [["--unset-sign-in", "port"], 2, "--unset-sign-in takes kind, client-id,"],
    [["--unset-sign-in", "all", "--client-id", "a"], 2, "takes everything back"],
    [["--unset-sign-in", "issuer", "--issuer", "https://a"], 2, "is set in the same command"],
    [["--client-secret", "--client-secret-stdin"], 2, "Give one of --client-secret,"],
    [["--sign-in", "client-credentials"], 3, "its secret or private key"],
    [["--private-key-file", "none.pem"], 1, "none.pem"],
    [["--client-id", "a", "--keep-secrets"], 2, "--url or --issuer that is changed"],
    [["--client-id", "a", "--", "node"], 2, "for a server with a --url"],
  ];
  test("is refused in plain words where it does not fit", async () => {
    await add();
    for (const [words, exit, sentence] of refused) {
      const ran = await edit(...words);
      expect({ words, ...ran }).toMatchObject({
        words,
        exit,
        err: expect.stringContaining(sentence),
      });
    }
    expect(await signIn()).toMatchObject({ clientId: null, issuer: null });
  });

  test("belongs to servers with a URL", async () => {
    const words = ["servers", "add", "one", "--client-id", "a", "--", "node"];
    expect(await place.run(words)).toMatchObject({
      exit: 2,
      err: expect.stringContaining("for a server with a --url"),
    });
  });
});

test("a header with a mark is shown as it is, and goes together with its key", async () => {
  const key = { env: { ...env, key: "key-of-the-service-1111" } };
  const words = ["--header", "X-API-Key: Key ${secret:key}", "--secret", "key"];
  const ran = await place.run(["servers", "add", "web", ...URL, ...words], key);
  expect(ran.exit).toBe(0);
  expect(ran.err).not.toMatch(/history|has no value/);
  const { out } = await place.run(["servers", "show", "web"]);
  expect(out).toMatch(/^Headers +X-API-Key: Key \$\{secret:key\}$/m);
  expect(out).toMatch(/^Secrets +key {2}\(stored, ends in 1111\)$/m);
  await edit("--unset-header", "x-api-key");
  expect(await place.json(["servers", "show", "web"])).toMatchObject({
    config: { headers: {} },
    secrets: {},
  });
});
