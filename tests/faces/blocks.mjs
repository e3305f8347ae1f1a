// Block Kit to HTML: reads [{name, blocks}] from stdin and prints {name: html}, by the renderer
// that `npm install` put into the folder named on the command line.
import { createRequire } from "node:module";
import { readFileSync } from "node:fs";

const require = createRequire(`${process.argv[2]}/package.json`);
const { createElement } = require("react");
const { renderToStaticMarkup } = require("react-dom/server");
const { Message } = require("slack-blocks-to-jsx");

const found = {};
for (const { name, blocks } of JSON.parse(readFileSync(0, "utf8"))) {
  const message = createElement(Message, { blocks, name: "Coo", logo: "", time: new Date(0), withoutWrapper: true });
  found[name] = renderToStaticMarkup(message);
}
process.stdout.write(JSON.stringify(found));
