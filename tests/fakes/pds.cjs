// A Bluesky PDS and its PLC directory, both the real ones, on 127.0.0.1 and free ports.
// Prints {"pds": URL} when both answer; ends on SIGTERM. The data lie in PDS_DATA.
const crypto = require("node:crypto");
const net = require("node:net");
const path = require("node:path");
const { createRequire } = require("node:module");

// Both servers bind every interface; a test server must not.
const listen = net.Server.prototype.listen;
net.Server.prototype.listen = function (first, ...rest) {
  const port = typeof first === "object" && first !== null ? first.port : first;
  const ready = rest.find((argument) => typeof argument === "function");
  return port === undefined ? listen.call(this, first, ...rest)
    : listen.call(this, { port: Number(port), host: "127.0.0.1" }, ready);
};

function freePort() {
  return new Promise((resolve) => {
    const probe = net.createServer().listen(0, () => {
      const { port } = probe.address();
      probe.close(() => resolve(port));
    });
  });
}

async function main() {
  const required = createRequire(path.join(process.env.PDS_MODULES, "node_modules", "x.js"));
  const { PDS, envToCfg, envToSecrets } = required("@atproto/pds");
  const plc = required("@did-plc/server");
  const [plcPort, port] = [await freePort(), await freePort()];
  const directory = plc.PlcServer.create({ db: plc.Database.mock(), port: plcPort });
  await directory.start();
  const settings = {
    devMode: true, disableSsrfProtection: true, inviteRequired: false,
    hostname: "localhost", port, serviceHandleDomains: [".test"],
    dataDirectory: process.env.PDS_DATA,
    blobstoreDiskLocation: path.join(process.env.PDS_DATA, "blobs"),
    didPlcUrl: `http://localhost:${plcPort}`,
    adminPassword: crypto.randomUUID(),
    jwtSecret: crypto.randomBytes(16).toString("hex"),
    plcRotationKeyK256PrivateKeyHex: crypto.randomBytes(32).toString("hex"),
    bskyAppViewUrl: process.env.PDS_APPVIEW, bskyAppViewDid: "did:example:invalid",
    modServiceUrl: "https://moderator.invalid", modServiceDid: "did:example:invalid",
  };
  const server = await PDS.create(envToCfg(settings), envToSecrets(settings));
  await server.start();
  process.on("SIGTERM", async () => {
    await server.destroy();
    await directory.destroy();
    process.exit(0);
  });
  console.log(JSON.stringify({ pds: `http://localhost:${port}` }));
}

main();
