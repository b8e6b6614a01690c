import { describe, expect, it } from "vitest";
import { PasteService } from "./paste-service.ts";

const CANARY = "canary-7f3a91";

const service = new PasteService({
  home: "/home/me",
  isOurselves: () => false,
  checkProfile: () => {},
  servers: {
    names: () => new Set(["files"]),
    create: () => Promise.reject(new Error("recognising stores nothing")),
  },
});

describe("recognising a pasted text", () => {
  it.each([
    `npx -y acme-mcp --api-key ${CANARY}`,
    `npx -y acme-mcp --api-key=${CANARY}`,
    `ACME=${CANARY} npx -y acme-mcp`,
    `$env:ACME="${CANARY}"; npx -y acme-mcp`,
    `export ACME=${CANARY}\nnpx -y acme-mcp`,
    `docker run -i -e ACME_TOKEN=${CANARY} mcp/acme`,
    `npx mcp-remote https://h/mcp --header "X-Anything: ${CANARY}"`,
    `npx mcp-remote https://h/mcp?k=${CANARY}`,
    `npx -y acme-mcp --password "${CANARY}<b>" --header "X: ${CANARY}\${Y}"`,
    `{"a":{"command":"x","env":{"A":"${CANARY}<b>","B":"\${C}${CANARY}"}}}`,
    `npx dbhub --dsn postgres://me:${CANARY}@h/db`,
    `claude mcp add acme -e ACME=${CANARY} -- npx -y acme-mcp`,
    `claude mcp add --transport http acme https://h/mcp --header "X-Anything: ${CANARY}"`,
    `claude mcp add-json acme '{"command":"x","env":{"A":"${CANARY}"}}'`,
    `{"mcpServers":{"a":{"command":"x","args":["--token","${CANARY}"],"env":{"A":"${CANARY}"}}}}`,
    `{"servers":{"a":{"url":"https://${CANARY}@h/mcp?a=${CANARY}","headers":{"A":"${CANARY}"}}}}`,
    `{"mcpServers":{"a":{"url":"https://h/mcp","oauth":{"clientId":"b","clientSecret":"${CANARY}"}}}}`,
    `{"mcpServers":{"a":{"url":"https://h/mcp","auth":{"CLIENT_ID":"b","CLIENT_SECRET":"${CANARY}<b>"}}}}`,
    `claude mcp add --client-id b --client-secret ${CANARY} acme https://h/mcp`,
    `[mcp_servers.a]\nurl = "https://h/mcp"\nhttp_headers = { A = "${CANARY}" }`,
    `[mcp_servers.a]\ncommand = "x"\nenv = { A = "${CANARY}" }`,
    `https://user:${CANARY}@h/mcp?key=${CANARY}#${CANARY}`,
    `{"mcpServers":{"a":{"command":"x","env":{"A":"${CANARY}"}}`,
    `{"mcpServers":{"a":{"command":"x","env":{"B C":"${CANARY}"}}}}`,
    `{"mcpServers":{"a":{"url":"${CANARY}","headers":{"A":"${CANARY}\\n"}}}}`,
    `[mcp_servers.a]\ncommand = "${CANARY}`,
    `npx -y acme-mcp --api-key '${CANARY}`,
    `my password is ${CANARY}`,
  ])("shows no secret of it: %s", (text) => {
    const recognized = service.recognize(text);
    expect(JSON.stringify(recognized)).not.toContain(CANARY);
    expect(recognized.servers.length > 0 || recognized.problem !== null).toBe(true);
  });

  it("says what would be added, and which name is taken", () => {
    const text = `{"mcpServers": {
      "Files": {"command": "npx", "args": ["-y", "f", "--token", "t"], "env": {"A": "b"}},
      "web": {"url": "https://h/mcp?key=k", "headers": {"X": "y"}, "disabled": true},
      "none": {}
    }}`;
    expect(service.recognize(text)).toEqual({
      form: "client_json",
      problem: null,
      servers: [
        {
          original: "Files",
          name: "files",
          config: {
            transport: "stdio",
            command: "npx",
            args: ["-y", "f", "--token", "${secret:token}"],
            cwd: null,
            env: ["A"],
          },
          enabled: true,
          taken: true,
          problem: null,
        },
        {
          original: "web",
          name: "web",
          config: {
            transport: "http",
            url: "https://h/mcp?key=${secret:query.key}",
            headers: ["X"],
          },
          enabled: false,
          taken: false,
          problem: null,
        },
        {
          original: "none",
          name: null,
          config: null,
          enabled: true,
          taken: false,
          problem: "It has neither a command nor a URL.",
        },
      ],
    });
  });

  it("says why there is nothing", () => {
    expect(service.recognize("nothing at all here")).toEqual({
      form: null,
      servers: [],
      problem: "This is neither a command nor a URL, nor JSON or TOML of a client.",
    });
  });
});
