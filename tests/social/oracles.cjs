// What the platforms' own libraries say of a text. Each line of stdin is a text as JSON; each line
// of stdout is [X's weight, [graphemes, [[begin byte, end byte, feature] …]] of Bluesky].
const path = require("node:path");
const readline = require("node:readline");
const { createRequire } = require("node:module");

const required = createRequire(path.join(process.env.ORACLES, "node_modules", "x.js"));
const { parseTweet } = required("twitter-text");
const { RichText } = required("@atproto/api");

function bluesky(text) {
  const rich = new RichText({ text });
  rich.detectFacetsWithoutResolution();
  const facets = (rich.facets || []).map(({ index, features: [feature] }) => {
    const value = feature.uri || feature.tag || feature.did;
    return [index.byteStart, index.byteEnd, feature.$type.split("#")[1], value];
  });
  return [rich.graphemeLength, rich.length, facets];
}

readline.createInterface({ input: process.stdin }).on("line", (line) => {
  const text = JSON.parse(line);
  console.log(JSON.stringify([parseTweet(text).weightedLength, ...bluesky(text)]));
});
