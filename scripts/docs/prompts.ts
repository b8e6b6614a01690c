import {
  type Construct,
  CONSTRUCTS,
  SAMPLE_VALUES,
} from "../../packages/gateway/src/sandbox/jinja/constructs.fixture.ts";
import { writeOrCheck } from "./write-or-check.ts";

/** As code in a cell of a table. */
const code = (text: string): string =>
  text === "" ? "nothing" : `\`${text.replaceAll("\n", "↵").replaceAll("|", "\\|")}\``;

const row = ({ name, template, gives }: Construct): string =>
  `| ${name.replaceAll("|", "\\|")} | ${code(template)} | ${code(gives)} |`;

const group = ([title, constructs]: [string, readonly Construct[]]): string =>
  `### ${title}

| what | written | comes to |
|---|---|---|
${constructs.map(row).join("\n")}`;

const values = Object.entries(SAMPLE_VALUES)
  .map(([name, value]) => `\`${name}\` is ${code(value)}`)
  .join(", ");

writeOrCheck(
  "docs/prompts.md",
  `# Prompt templates

A prompt template is a text that the gateway offers to clients as a prompt of its own, beside those of servers. It is written in Jinja. The tables below are written from \`packages/gateway/src/sandbox/jinja/constructs.fixture.ts\` by \`npm run docs\`, and each example in them is a test.

## Messages

A line that is exactly \`# User:\` or \`# Assistant:\` begins a message of that role. What stands before the first such line is the user's.

\`\`\`
# User:
Review this {{ language }} code.
{% for rule in rules.split(",") %}
# Assistant:
I will look at {{ rule }}.
{% endfor %}
# User:
{{ code }}
\`\`\`

- Space around a message is taken away, and a message with nothing in it is left out. Where nothing is left, there is an error.
- Loops and conditions may hold such lines, and what is set before one is still set after it.
- Such a line inside the value of an argument begins nothing: it is text.

## Arguments

- Without arguments of its own, a prompt has what its template reads, each of them required.
- A template may only read arguments and what it sets itself. Anything else is refused when it is saved, with the name.
- A client has to give each required argument, gives no others, and gives texts only. An optional one that is not given renders as nothing, and \`{% if name is defined %}\` tells. Filters and operators need a value: \`{{ name | default("") | upper }}\`.
- The values of an argument are suggestions: clients get those that begin with what was typed, whatever its case. Any other value is as good.
- \`and\`, \`or\`, \`not\`, \`in\`, \`is\`, \`if\`, \`else\`, \`loop\`, \`caller\`, \`varargs\`, \`kwargs\` and the names of functions and constants below are no names of arguments.

## Limits

A template is interpreted, never compiled, in a thread of its own that has neither files nor network nor environment. It sees texts and what it makes of them. It ends after one second. A text in it has 1 MiB at most, \`range\` 100 000 numbers, and all of it together little memory. What asks for more is stopped, with an error; the next prompt is not affected.

Mistakes are told with their line: when a template is saved, in the preview, and to the client whose values they come from.

## Space

The line break after a tag \`{% … %}\` or a comment is taken away, and so is the space before one that begins its line: a line that holds nothing else leaves no trace. \`-\` at the inside of a tag takes away all space on that side. One line break at the end of a template is no part of it.

## What there is of Jinja

In the examples ${values}. \`nickname\` is an argument that was not given. ↵ is a line break.

${Object.entries(CONSTRUCTS).map(group).join("\n\n")}

## What there is not

- \`include\`, \`import\`, \`from\`, \`extends\` and \`block\`: a template stands alone.
- \`raw\`: write \`{{ "{{" }}\`.
- Filters and tests that are not in the tables. Both are refused when a template is saved.
- \`__proto__\`, \`constructor\` and \`prototype\`: they lead nowhere here, and are refused.
- Escaping for HTML: what is rendered goes to a model, as it is.
`,
);
