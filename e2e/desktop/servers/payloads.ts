/**
 * Texts that would run a script, load something or lead the page away if any view took them for
 * markup. Each holds its number as `x12x`, by which it is found on a page, and calls `ran(12)`.
 */

/** What would do harm. */
const HARM: readonly ((n: number) => string)[] = [
  (n) => `<script>ran(${n})</script>`,
  (n) => `<script src="data:text/javascript,ran(${n})"></script>`,
  (n) => `<img src=x onerror=ran(${n})>`,
  (n) => `<image src=x onerror="ran(${n})">`,
  (n) => `<svg onload=ran(${n})>`,
  (n) => `<svg><script>ran(${n})</script></svg>`,
  (n) => `<svg><animate onbegin=ran(${n}) attributeName=x dur=1s>`,
  (n) => `<iframe src="javascript:parent.ran(${n})"></iframe>`,
  (n) => `<iframe srcdoc="<script>parent.ran(${n})</script>"></iframe>`,
  (n) => `<object data="javascript:ran(${n})"></object>`,
  (n) => `<embed src="javascript:ran(${n})">`,
  (n) => `<a href="javascript:ran(${n})" autofocus onfocus=ran(${n})>a</a>`,
  (n) => `<input autofocus onfocus=ran(${n})>`,
  (n) => `<details open ontoggle=ran(${n})>d</details>`,
  (n) => `<video><source onerror=ran(${n})></video>`,
  (n) => `<body onload=ran(${n})>`,
  (n) => `<marquee onstart=ran(${n})>m</marquee>`,
  (n) => `<math><mtext><table><mglyph><style><img src=x onerror=ran(${n})>`,
  (n) => `<form action="javascript:ran(${n})"><button autofocus>b</button></form>`,
  (n) => `<base href="javascript:ran(${n})//">`,
  (n) => `<meta http-equiv=refresh content="0;url=javascript:ran(${n})">`,
  (n) => `<link rel=stylesheet href="data:text/css,*{color:red}" onload=ran(${n})>`,
  (n) => `<style>@import "data:text/css,"; *{background:url(x${n})}</style>`,
  (n) => `[click](javascript:ran(${n})) ![p](x" onerror="ran(${n}))`,
  (n) => `{{constructor.constructor('ran(${n})')()}} \${ran(${n})}`,
  (n) => `javascript:ran(${n})//`,
];

/** Where it might come to stand. */
const DISGUISES: readonly ((harm: string) => string)[] = [
  (harm) => harm,
  (harm) => `">${harm}`,
  (harm) => `'>${harm}`,
  (harm) => `</title></textarea></style></script>${harm}`,
  (harm) => `--><!--${harm}`,
  (harm) => `]]>${harm}<![CDATA[`,
  (harm) => `" onmouseover="ran(0)" x="${harm}`,
  (harm) => `</span></div></td></tr></table>${harm}`,
  (harm) => `\`\`\`html\n${harm}\n\`\`\``,
  (harm) => `<noscript><p title="</noscript>${harm}">`,
  (harm) => `<template>${harm}</template>`,
  (harm) => harm.replaceAll("<", "&lt;").replaceAll(">", "&gt;"),
  (harm) => harm.replaceAll("<", "\\u003c"),
  (harm) => harm.replaceAll("<", "%3C").replaceAll(">", "%3E"),
  (harm) => harm.replace(/<(\w)/g, (_, letter: string) => `<${letter.toUpperCase()}`),
  (harm) => harm.replace(/<(\w+)/, "<$1/x"),
  (harm) => harm.replace(" ", "\t"),
  (harm) => `\u202e${harm}\u202c`,
  (harm) => `\uff1c${harm}\uff1e`,
  (harm) => `<<${harm}>>`,
];

export const PAYLOADS: readonly string[] = DISGUISES.flatMap((disguise, row) =>
  HARM.map((harm, column) => {
    const n = row * HARM.length + column;
    return `x${n}x ${disguise(harm(n))}`;
  }),
);
