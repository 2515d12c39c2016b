// A WebSocket server, or a client, of the npm package ws. It prints a line of JSON for each fact.
//   node ws_peer.js serve '{"deflate": true, "cert": FILE, "key": FILE, "protocol": "b", "status": 401}'
//   node ws_peer.js talk '{"deflate": true, "url": "ws://…", "ca": FILE, "waits": false, "offers": ["a"]}'
// "anew": true unpacks each message without those before it, "bits": 9 in a window of 2 ** 9 bytes.
"use strict";
const { readFileSync } = require("fs");
const { createServer } = require("http");
const secure = require("https");
const { WebSocket, WebSocketServer } = require("ws");

const said = JSON.parse(process.argv[3]);
const anew = said.anew ? { serverNoContextTakeover: true, clientNoContextTakeover: true } : {};
const bits = said.bits ? { serverMaxWindowBits: said.bits, clientMaxWindowBits: said.bits } : {};
const deflate = said.deflate ? { threshold: 0, ...anew, ...bits } : false;
const tell = (fact) => console.log(JSON.stringify(fact));

function serve() {
  const server = said.cert
    ? secure.createServer({ cert: readFileSync(said.cert), key: readFileSync(said.key) })
    : createServer();
  const verifyClient = said.status ? (_, answer) => answer(false, said.status, "why not") : null;
  const handleProtocols = said.protocol ? (offered) => offered.has(said.protocol) && said.protocol : null;
  const how = { server, perMessageDeflate: deflate, verifyClient, handleProtocols };
  new WebSocketServer(how).on("connection", (ws, request) => {
    tell({ path: request.url, extensions: ws.extensions, protocol: ws.protocol });
    ws.on("message", (data, binary) => {
      const text = binary ? "" : data.toString();
      if (text === "in parts") {
        for (const part of ["one ", "two ", ""]) ws.send(part, { fin: false });
        ws.send("three", { fin: true });
      } else if (text === "ping") {
        ws.ping("there?");
      } else if (text.startsWith("close ")) {
        ws.close(Number(text.split(" ")[1]), text.split(" ")[2]);
      } else {
        ws.send(data, { binary });
      }
    });
    ws.on("pong", (data) => ws.send("pong " + data));
    ws.on("close", (code, reason) => tell({ code, reason: reason.toString() }));
    ws.on("error", (error) => tell({ error: error.message }));
  });
  server.listen(0, "127.0.0.1", () => tell({ port: server.address().port }));
}

function talk() {
  const more = said.ca ? { ca: readFileSync(said.ca), servername: "localhost" } : {};
  const ws = new WebSocket(said.url, said.offers || [], { perMessageDeflate: deflate, ...more });
  const long = "0123456789".repeat(30000);
  const messages = ["héllo", "", Buffer.from([0, 255]), Buffer.alloc(0), long, Buffer.from(long)];
  let place = 0;
  const next = () => ws.send(messages[place]);
  ws.on("open", () => {
    tell({ extensions: ws.extensions, protocol: ws.protocol });
    if (!said.waits) next();
  });
  ws.on("message", (data, binary) => {
    if (place === messages.length) {
      tell({ parts: data.toString() });
      ws.ping("there?");
      return;
    }
    const asked = messages[place];
    const same = binary === (typeof asked !== "string") && data.equals(Buffer.from(asked));
    tell({ size: data.length, same });
    place += 1;
    if (place < messages.length) {
      next();
    } else {
      for (const part of ["one ", "two ", ""]) ws.send(part, { fin: false });
      ws.send("three", { fin: true });
    }
  });
  ws.on("pong", (data) => {
    tell({ pong: data.toString() });
    ws.close(4002, "bye");
  });
  ws.on("close", (code, reason) => tell({ code, reason: reason.toString() }));
  ws.on("unexpected-response", (_, answer) => {
    let body = "";
    answer.on("data", (part) => (body += part));
    answer.on("end", () => tell({ status: answer.statusCode, body }));
  });
  ws.on("error", (error) => tell({ error: error.message }));
}

({ serve, talk })[process.argv[2]]();
